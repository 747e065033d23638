"""threading: a thread of the kernel's for each errand. Under the GIL one of them at a time runs Python."""
import threading
from lanes import ERRANDS, errand

sums = []
threads = [threading.Thread(target=lambda number=number: sums.append(errand(number))) for number in ERRANDS]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sum(sums))
