// Node.js: promises on one thread, in one event loop that is there from the start.
const net = require("net");
const { host, port, errands, order, begins, now, span, checksum } = require("./lanes.js");

function fetch(number) {
  return new Promise((resolve, reject) => {
    const kitchen = net.connect(port, host, () => kitchen.write(order(number)));
    let answer = "";
    kitchen.on("error", reject);
    kitchen.on("data", (bytes) => {
      answer += bytes;
      if (answer.endsWith("\n")) resolve(answer), kitchen.destroy();
    });
  });
}

async function errand(number) {
  const begin = begins(number);
  const answer = await fetch(number);
  span(number, "waiting", "fetches", begin, now());
  return checksum(number, answer);
}

Promise.all(errands.map(errand)).then((sums) => console.log(sums.reduce((sum, value) => sum + value)));
