// C again, where there is one core only, is like B.
let mut answers = ["in a row", "concurrent", "parallel", "concurrent"];
if machine.cores.len() == 1 { answers[2] = answers[1]; }
