// One of them must be right.
// says: of 4 agree
let reasons = ["serial"; 4];
