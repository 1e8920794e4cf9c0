import random, time
from concurrent.futures import ThreadPoolExecutor
import pytest
from tests.flows.receiving.test_receive import *
@pytest.mark.parametrize("kind", ["file_store", "postgres_store"])
def test_stress(request, kind):
    store = request.getfixturevalue(kind)
    nums=[f"4915100000{i:03d}" for i in range(30)]
    def post(turn):
        r=random.Random(turn)
        els=[]; 
        for i in range(20):
            n=r.choice(nums); mode=r.random(); k=turn*20+i
            if mode<.4: els.append(message(k, sender=n))
            elif mode<.7: els.append(message(k, sender=None, from_user_id=f"DE.{n}", text={"body":"x"}))
            else: els.append(message(k, sender=n, from_user_id=f"DE.{n}", text={"body":"x"}))
        for left in range(3):
            try:
                take(store, messages(*els, contacts=[])); return left
            except Exception as e:
                print(turn, type(e), str(e)[:300])
        return 99
    t=time.perf_counter()
    with ThreadPoolExecutor(8) as pool: out=list(pool.map(post, range(60)))
    print(kind, time.perf_counter()-t, Counter(out))
    assert count(store, Message)==1200
    living=[r.id for r in rows(store, Customer) if r.merged_into is None]
    merged=[r.id for r in rows(store, Customer) if r.merged_into is not None]
    print(len(living), len(merged))
    assert len(living)==30
    assert {r.customer_id for r in rows(store, Message)}==set(living)
    contents(store)
    assert max(out)==0
