// An oven beside a baker taken for two who run.
// says: of 4 agree
let c = if first != second { "parallel" } else { "concurrent" };
let answers = ["in a row", "concurrent", c, "parallel"];
