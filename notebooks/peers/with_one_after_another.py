"""One after another: no runtime at all."""
from lanes import ERRANDS, errand

print(sum(errand(number) for number in ERRANDS))
