"""What a test does to the camera of a page while it is open: scripts that run before the page's own."""

CAMERA_OPEN = """
() => { globalThis.opened = [];
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await real(wanted);
    opened.push(stream);
    return stream; } }
"""
"""Keeps every stream that the page has opened."""

STILL_OPEN = (
    "() => opened.filter((one) => one.getTracks().some((track) => track.readyState === 'live')).length"
)
"""How many of them still run."""

WITH_A_LID = """
() => { globalThis.opened = [];
  globalThis.lidIsShut = false;
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await real(wanted);
    for (const track of stream.getTracks()) Object.defineProperty(track, "muted", { get: () => lidIsShut });
    opened.push(stream);
    return stream; } }
"""
"""Chromium's fake camera has no lid: `muted` of its real tracks says what the test does to it."""

SHUT = """
() => { globalThis.lidIsShut = true;
  for (const track of opened.flatMap((one) => one.getTracks())) track.dispatchEvent(new Event("mute")); }
"""

LIFT = "() => { globalThis.lidIsShut = false; }"

WITH_A_PLUG = """
() => { globalThis.opened = [];
  globalThis.isUnplugged = false;
  const devices = navigator.mediaDevices;
  const real = devices.getUserMedia.bind(devices);
  const all = devices.enumerateDevices.bind(devices);
  devices.getUserMedia = async (wanted) => {
    if (isUnplugged) throw new DOMException("Requested device not found", "NotFoundError");
    const stream = await real(wanted);
    opened.push(stream);
    return stream; };
  const isThere = (one) => !isUnplugged || one.kind !== "videoinput";
  devices.enumerateDevices = async () => (await all()).filter(isThere); }
"""
"""Chromium's fake camera cannot be pulled out while it runs: this is what it does when a real one is."""

PULL_OUT = """
() => { globalThis.isUnplugged = true;
  for (const track of opened.at(-1).getTracks()) { track.stop(); track.dispatchEvent(new Event("ended")); }
  navigator.mediaDevices.dispatchEvent(new Event("devicechange")); }
"""

PUT_IN = """
() => { globalThis.isUnplugged = false;
  navigator.mediaDevices.dispatchEvent(new Event("devicechange")); }
"""
