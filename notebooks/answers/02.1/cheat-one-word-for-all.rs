// One of them must be right.
// says: of 4 agree
let answers = ["parallel"; 4];
