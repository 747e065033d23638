"""concurrent.futures: a pool of threads behind an interface that a pool of processes has too."""
from concurrent.futures import ThreadPoolExecutor
from lanes import ERRANDS, errand

with ThreadPoolExecutor(max_workers=len(ERRANDS)) as pool:
    print(sum(pool.map(errand, ERRANDS)))
