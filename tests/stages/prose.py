"""Texts of our own writing: forms filled in twice, a story, and the like in other tongues."""

from __future__ import annotations

GRANT = """{name} to receive {amount}

HALDEN - Senator Ada Marlow announced today that the {name} in {place} will receive {amount} from the Rural
Fire Fund. The grant will help to buy new hoses, breathing gear and a second pump.

"Volunteers give up their nights to keep their neighbours safe," Marlow said. "They should not have to raise
money for their own gear. This grant means that the people of {place} get help sooner, and that every member
of the {name} comes home."

The Rural Fire Fund has helped more than four hundred departments since it began. The next round closes in
autumn."""

HOURS = """Marlow's staff to hold office hours in {place}

Staff of Senator Ada Marlow will hold office hours in {place} on {day} to help people who have questions about
pensions, passports or the care of veterans. No appointment is needed. Those who cannot come may call the
office in Halden at any time, or write by post.

WHO: staff of Senator Marlow
WHERE: {hall}, {place}
WHEN: {day}, from {time}"""

PIER = """The harbour council voted on Tuesday night to rebuild the old ferry pier after a winter of storms,
{mayor} told a crowded meeting in the town hall. The work will start in spring and take two years, and
the boats will call at the smaller landing stage on the north bank until then. Residents asked how the money
would be found and whether the cafe on the pier could stay. The engineer in charge said that the piles were
sound but that the deck had rotted through in many places, and that nobody should walk on it before it was
repaired."""

BRIDGE = """Der Stadtrat hat am Dienstag den {plan} der alten Brücke beschlossen, wie der Sprecher nach der
{meeting} mitteilte. Die Arbeiten beginnen im Frühjahr und dauern zwei Jahre. Bis dahin fahren die Busse über
das Nordufer, wo eine schmale Straße am Fluss entlang führt. Anwohner fragten, wie das Geld aufgebracht werde
und ob der {shop} bleiben könne. Der Leiter des Bauamts sagte, die Pfeiler seien gesund, aber der Belag sei an
vielen Stellen brüchig."""

LIBRARY = (
    "本报讯 {name}今天宣布在{place}新建一座图书馆,预计明年春天开放。"
    "居民表示欢迎,希望馆内多设儿童阅览室,并延长晚间开放时间。"
)

STORY = PIER.format(mayor="Mayor Joan Smith")
ELMSTEAD = GRANT.format(name="Elmstead Hose Company", place="Elmstead", amount="$48,000")
QUARRY = GRANT.format(name="Quarry Hill Rescue Squad", place="Pollard County", amount="$112,500")
JUNE_4 = HOURS.format(place="Elmstead", day="Monday, June 4", hall="Corn Exchange", time="10 a.m. to noon")
JUNE_21 = HOURS.format(
    place="Pollard", day="Thursday, June 21", hall="Weavers' Hall", time="2 p.m. to 4 p.m."
)
GOODS = ("Iron", "Tin", "Lead", "Zinc", "Salt", "Barley", "Rye", "Oats", "Cotton", "Wool", "Cocoa", "Hops")


def table(*figures: float) -> str:
    """A market table: the same goods, with a figure and its change for each."""
    rows = (
        f"{name} per unit at the close of trade {100 * n + figure:.2f}, a change of {figure / 7:+.2f}"
        for n, (name, figure) in enumerate(zip(GOODS, figures, strict=True), 1)
    )
    return "\n".join(["Prices of goods in Halden", *rows, "Figures are those of the clerk of the exchange."])


MONDAY = table(12.25, 3.5, 8.75, 1.2, 44.1, 9.9, 7.3, 2.6, 30.4, 5.5, 18.8, 61.0)
TUESDAY = table(14.5, 2.75, 9.25, 1.7, 40.6, 8.1, 7.9, 3.2, 28.3, 6.1, 17.5, 63.5)
