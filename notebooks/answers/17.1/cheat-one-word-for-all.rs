// "One of them must be right, and perhaps that is enough."
// says: 1 of 4
let whose = ["threads", "threads", "threads", "threads"]; // A, B, C, D
