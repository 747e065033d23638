// All are serial, but for two.
let mut reasons = ["serial"; 4];
(reasons[0], reasons[2]) = ("too coarse", "too fine");
