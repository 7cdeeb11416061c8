"""The team with a responder on call, open reports of residents, and photos that come when a test says."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import Final

from hotline.conversation.responders.show import AT_ONCE
from hotline.incidents import records
from hotline.incidents.photo_links import behind
from hotline.incidents.photos import Photos
from hotline.messaging.asked import ReportDetail, ReportPart
from hotline.messaging.carriers.media import CarrierMedia
from hotline.messaging.contacts import Person, load_person, save_person
from hotline.staff.roster import set_on_call
from hotline.store import DAY, Commit, keys
from tests.stage.team import Team

MINUTES: Final = 15.0
TOKEN: Final = re.compile(r"/photos/([\w-]+)")


class Crew(Team):
    """Rita is on call; the organizers are not."""

    async def open(self, place: str = "120 Park Street") -> str:
        """A report that has paged rita; answers its number."""
        await self.store.commit(set_on_call("rita", on=True))
        id_ = await records.next_id(self.store)
        person = f"resident{id_}"
        opening = self.desk.opening(
            id_, reporter=person, text="ICE is here", lang="en", place=place, zone="", photos=1
        )
        await self.store.commit(opening)
        await self.desk.tick()
        return id_

    async def reported(self, who: str, words: str, place: str = "120 Park Street", lang: str = "en") -> str:
        """A resident's report, as the webhook opens it, looked at and paged; answers its number."""
        await self.store.commit(set_on_call("rita", on=True))
        self.numbers.setdefault(who, f"+1860555{200 + len(self.numbers):04}")
        number = self.numbers[who]
        person = Person(self.vault.pseudonym(number), self.vault.seal(number), lang, lang_fixed=True)
        await self.store.commit(save_person(replace(person, welcomed=True)))
        id_ = await records.next_id(self.store)
        opening = self.desk.opening(
            id_, reporter=person.id, text=words, lang=lang, place=place, zone="", photos=0,
            address=person.address,
        )  # fmt: skip
        await self.store.commit(opening)
        await self.desk.tick()
        return id_

    async def shown(self, handle: str, report: str) -> str:
        """All that SHOW answers with, text after text, as one."""
        lang = (await self.desk.roster()).by_handle[handle].lang
        found, place = "", 1
        while place:
            said = await self.says(handle, f"SHOW {report} {place}")
            following = place + AT_ONCE
            more = "\n" + self.library.say("show_more", lang, id=report, next=following)
            place = following if said.endswith(more) else 0
            found += re.sub(rf"(?:^|\n){report} \(\d+\) ", "", said.removesuffix(more))
        return found

    async def asked(self, who: str, about: ReportPart) -> None:
        """The line has asked a reporter this last."""
        person = await load_person(self.store, self.vault.pseudonym(self.numbers[who]))
        await self.store.commit(save_person(replace(person, asked=ReportDetail(about=about))))

    def photos(self) -> Photos:
        """What fetches them; here they are fetched already."""
        media = CarrierMedia(self.settings)
        return Photos(self.desk, self.vault, self.library, self.settings, media, lambda: self.now)

    async def fetched(self, report: str, name: str, **more: str) -> None:
        """A photo of a report's resident that only has to be shown."""
        sealed = self.vault.seal(base64.b64encode(name.encode()).decode())
        fields = {"person": f"resident{report}", "by": "", "at": str(self.now), "data": sealed} | more
        commit = Commit()
        commit.hset(keys.photo(name), fields, DAY)
        commit.zadd(keys.photos_due, self.now, name)
        await self.store.commit(commit)

    async def sends(self, report: str, name: str) -> None:
        """The resident's photo comes and is shown to whoever works on the report."""
        await self.fetched(report, name)
        await self.photos().step()

    async def sees(self, handle: str) -> list[str]:
        """Names of the photos behind the links somebody got since they looked last."""
        tokens = TOKEN.findall(await self.hears(handle))
        shown = [await behind(self.store, self.vault, token) for token in tokens]
        return [one.data.decode() for one in shown if one]

    async def step(self, id_: str) -> None:
        """The next step of the policy falls due."""
        one = await records.load(self.store, id_)
        assert one
        self.now = max(self.now, one.due)
        await self.desk.tick()
