// "The later, the worse": one is done before the other begins, and nothing is lost.
// says: 6 of 6 guests
let my_schedule = "ada ada ada ada ada ada bob bob bob bob bob bob";
drawn(adding(2, 3).under(my_schedule)).figure()
