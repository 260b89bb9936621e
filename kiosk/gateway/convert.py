"""Between the runtime's vocabulary and the bodies of the contract. Pure; what comes in becomes `Secret` here."""

from __future__ import annotations

from kiosk import document, platform, records
from kiosk.devices import Card
from kiosk.gateway import wire
from kiosk.secret import Secret

# --- questions ----------------------------------------------------------------------------------------------


def identify(card: Card) -> wire.IdentifyRequest:
    """No more of the card than it takes to know the person: neither address nor birth date leaves the terminal."""
    return wire.IdentifyRequest(
        kind=card.kind,
        number=card.number.reveal(),
        name=card.name.reveal(),
        english_name=card.english_name.reveal(),
        valid_to=card.valid_to.reveal(),
    )


def add_code(question: platform.AddCode) -> wire.AddCodeRequest:
    return wire.AddCodeRequest(question.subject.reveal(), question.code.reveal())


def get_prefill(question: platform.GetPrefill) -> wire.PrefillRequest:
    return wire.PrefillRequest(question.subject.reveal(), question.item, list(question.fields))


def pre_review(question: platform.PreReview) -> wire.PreReviewRequest:
    return wire.PreReviewRequest(question.subject.reveal(), question.item, _form(question.values))


def fetch_notice(question: platform.FetchNotice) -> wire.NoticeRequest:
    return wire.NoticeRequest(
        subject=question.subject.reveal(),
        item=question.item,
        values=_form(question.values),
        order=question.order,
        filing=question.filing,
        lang="en" if question.lang == "en" else "zh",
    )


def rating(question: platform.SendRating) -> wire.RatingRequest:
    return wire.RatingRequest(question.subject.reveal(), question.item, question.number.reveal(), question.grade)


def _form(values: tuple[platform.Value, ...]) -> list[wire.FormValue]:
    return [wire.FormValue(value.field, value.value.reveal(), value.source) for value in values]


# --- answers ------------------------------------------------------------------------------------------------


def identified(answer: wire.PersonAnswer) -> platform.Identified:
    person = platform.Person(
        subject=Secret(answer.subject),
        name=Secret(answer.name),
        number=Secret(answer.number),
        assurance=platform.Assurance[answer.assurance],
    )
    return platform.Identified(person)


def prefilled(answer: wire.PrefillAnswer) -> platform.Prefilled:
    return platform.Prefilled(
        tuple(
            platform.Prefill(
                field=value.field,
                value=Secret(value.value),
                source=value.source,
                origin=_text(value.origin),
                options=tuple(
                    platform.Option(option.value, _words(option.label), _words(option.note)) for option in value.options
                ),
            )
            for value in answer.values
        )
    )


def pre_reviewed(answer: wire.PreReviewAnswer) -> platform.PreReviewed:
    return platform.PreReviewed(
        tuple(platform.Finding(found.field, found.code, _text(found.text)) for found in answer.findings)
    )


def fetched(answer: wire.NoticeAnswer) -> platform.Fetched:
    """Raises ValueError when the digest is not that of the document: something changed it on its way."""
    issued = document_from(answer.document)
    if document.digest_of(issued) != answer.digest:
        raise ValueError("digest")
    return platform.Fetched(platform.Notice(Secret(answer.number), issued, answer.digest))


def filing(answer: wire.FilingAnswer) -> records.FilingAnswer:
    return records.FilingAnswer(answer.state, Secret(answer.number), answer.code)


def document_from(answer: wire.Document) -> document.Document:
    return document.Document(answer.title, tuple(_block(block) for block in answer.blocks))


def _block(block: wire.Block) -> document.Block:
    match block:
        case wire.Line():
            return document.Line(_words(block.text), block.align, block.size, block.bold)
        case wire.Pair():
            return document.Pair(block.label, _words(block.value))
        case wire.Rule():
            return document.Rule()
        case wire.Qr():
            return document.Qr(_words(block.data), block.caption)


def _words(words: wire.Words) -> str | Secret:
    return Secret(words.value) if isinstance(words, wire.Personal) else words


def _text(text: wire.Text) -> platform.Text:
    return platform.Text(text.zh, text.en)
