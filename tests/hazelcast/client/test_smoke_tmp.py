from __future__ import annotations
from support.scripted_replies import *
def test_a(styles_and_uvloop, scripted):
    c = scripted(2)
    client = styles_and_uvloop.client(c)
    m = client.map()
    for i in range(50):
        styles_and_uvloop.call(m.set, i, i)
    assert styles_and_uvloop.call(m.get, 7) == 7
    assert styles_and_uvloop.call(m.size) == 50
    c.script("Map.Get", fail(52), fail(46), hang_up)
    assert styles_and_uvloop.call(m.get, 7) == 7
    c.script("Map.Get", drip(None), fragmented(None))
    assert styles_and_uvloop.call(m.get, 7) is None
    assert styles_and_uvloop.call(m.get, 7) is None
    c.script("Map.Set", acked(early=1), acked(late=1))
    styles_and_uvloop.call(m.set, 1, 2)
    styles_and_uvloop.call(m.set, 1, 2)
