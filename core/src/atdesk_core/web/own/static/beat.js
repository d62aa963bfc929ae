// Ticks once a second, as a worker: a browser slows the timers of a page in a tab behind another one down to a minute.
setInterval(() => postMessage(0), 1000);
