// Each loses one, then they are polite.
// says: 5 of 6 guests
let my_schedule = "ada bob ada bob ada ada ada ada bob bob bob bob";
drawn(adding(2, 3).under(my_schedule)).figure()
