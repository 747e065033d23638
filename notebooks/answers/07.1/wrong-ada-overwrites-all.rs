// Ada loads first and stores last: her two further guests come on top.
// says: 3 of 6 guests
let my_schedule = "ada bob bob bob bob bob bob ada ada ada ada ada";
drawn(adding(2, 3).under(my_schedule)).figure()
