"""Monthly figures straight from Online Retail II files, written apart from the importer to check it.

usage: python3 monthlyTotals.py <folder>; prints {"2009-12": ["686654.16", invoices, customers], ...} over clean lines
(quantity > 0, price > 0) of known customers; a line that stands in several files counts as often as in the file that holds it
most often. Memory: each distinct line once.
"""
import collections, csv, decimal, gzip, json, pathlib, sys

union = collections.Counter()
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.csv.gz")):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        union |= collections.Counter(line for line in text if not line.startswith("Invoice,"))
months = collections.defaultdict(lambda: [decimal.Decimal(0), set(), set()])
for (invoice, _, _, quantity, at, price, customer, _), count in zip(csv.reader(union), union.values(), strict=True):
    if int(quantity) > 0 and decimal.Decimal(price) > 0 and customer:
        month = months[at[:7]]
        month[0] += count * int(quantity) * decimal.Decimal(price)
        month[1].add(invoice)
        month[2].add(customer)
print(json.dumps({name: [str(revenue), len(invoices), len(customers)] for name, (revenue, invoices, customers) in sorted(months.items())}))
