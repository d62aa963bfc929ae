// Hands the one-time code to the page that opened this window, and to nobody of another origin.
const { code } = document.body.dataset;
if (window.opener && !window.opener.closed) {
  window.opener.postMessage({ t: "signed_in", code }, location.origin);
  window.close();
} else {
  location.replace("/me/#code=" + encodeURIComponent(code));
}
