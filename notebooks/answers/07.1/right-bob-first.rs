// The same with the names changed, and bob two steps later.
let my_schedule = "bob ada ada ada ada bob ada bob bob bob bob ada";
drawn(adding(2, 3).under(my_schedule)).figure()
