// The agent's outgoing picture as TeamsJS gives it, in both ways that it has. Each picture goes back at once and as it
// came; what is taken of it is a copy, made before that. Nothing here waits for anything.

/** For pictures that are WebCodecs frames: TeamsJS closes the one it gave as soon as it is back. */
export const frameHandler = (taker) => async ({ videoFrame }) => {
  taker.came();
  if (taker.due()) taker.take(videoFrame.clone());
  return videoFrame;
};

/** For pictures in memory that the client shares: it is the client's again once it is told. */
export const bufferHandler = (taker) => (picture, giveBack) => {
  try {
    taker.came();
    if (taker.due()) taker.take(copy(picture));
  } finally {
    // Whatever becomes of ours, the people in the meeting get theirs.
    giveBack();
  }
};

/** A frame of its own, of NV12: full-size luma, then both chromas by turns at half the size. */
function copy({ width, height, videoFrameBuffer, lumaStride, chromaStride, stride, timestamp }) {
  const luma = lumaStride || stride || width;
  return new VideoFrame(videoFrameBuffer, {
    format: "NV12", codedWidth: width, codedHeight: height, timestamp: timestamp ?? 0,
    layout: [{ offset: 0, stride: luma }, { offset: luma * height, stride: chromaStride || stride || width }],
  });
}
