from tests.support.records import *
from pgc_lib.stores.filters import col
from datetime import *
def test_x(things, person):
    c=things(person()); t=c.add(title='x', extra={'a':'1.50', 'b': 1.50}); print(repr(t)); print(repr(c.get(t.id)))
    assert c.get(t.id)==t
    print(c.find(col('at')<datetime(2026,1,1), col('link').is_in([t.id]), col('amount')>0.00001, col('count')<10**30, tags__has='x'))
    print(c.frame(col('at')<datetime(2026,1,1), col('link').is_in([t.id]),col('ratio')<1.5, col('amount')>0.00001, col('count')<10**30, col('done')==True,col('note').contains('aB%'), tags__has='x'))
    print(c.add_many(c.frame().drop('id')))
