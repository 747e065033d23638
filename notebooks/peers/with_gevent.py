"""gevent: greenlets (lesson 10) on one thread. Code that looks as if it blocked gives way instead."""
from gevent import monkey; monkey.patch_all()
import gevent
from lanes import ERRANDS, errand

greenlets = [gevent.spawn(errand, number) for number in ERRANDS]
gevent.joinall(greenlets)
print(sum(greenlet.get() for greenlet in greenlets))
