// What the Node.js peer shares with those in Python (lanes.py): the errands, and lanes on the clock of all processes.
const fs = require("fs");

const env = process.env;
const [host, port] = env.TIMELANES_SERVER.split(":");
const errands = Array.from({ length: Number(env.TIMELANES_ERRANDS) }, (_, index) => index + 1);
const trace = fs.openSync(env.TIMELANES_TRACE, "a");
const now = () => Number(process.hrtime.bigint()); // on Linux CLOCK_MONOTONIC, as TIMELANES_CLOCK asks
const begun = now();

function write(ph, number, name, at, more = {}) {
  const args = { lane: number, ...more.args };
  const event = { ph, name, pid: process.pid, tid: process.pid, ts: at / 1e3, ...more, args };
  fs.writeSync(trace, JSON.stringify(event) + "\n");
}

function span(number, cat, label, begin, end) {
  write("X", number, label, begin, { cat, dur: (end - begin) / 1e3 });
}

function checksum(number, answer) {
  let value = 0;
  for (const byte of Buffer.from(answer.trim())) value = (value * 31 + byte) % 1000003;
  let begin = now(), last = begin;
  for (let piece = 0; piece < Number(env.TIMELANES_PIECES); piece++) {
    for (let i = 0; i < 1000; i++) value = (value * 31 + i) % 1000003;
    const at = now();
    if (at - last > 1e6) { // this is the only thread that computes: a gap is time without a core
      span(number, "running", "computes", begin, last);
      span(number, "ready", "has no core", last, at);
      begin = at;
    }
    last = at;
  }
  span(number, "running", "computes", begin, now());
  return value;
}

// Each errand's lane is named when it begins.
function begins(number) {
  const at = now();
  write("M", number, "lane_name", at, { args: { name: String(number) } });
  write("i", number, `Node.js ${process.versions.node}`, at);
  span(number, "ready", "has not begun", begun, at);
  return at;
}

const order = (number) => `guest${number} ${env.TIMELANES_MINUTES}\n`;
module.exports = { host, port, errands, order, begins, now, span, checksum };
