"""The HTML of the sandbox's phone pages: one column, mobile width, no script, everything escaped."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from html import escape

import segno

from kiosk.gateway.sandbox.people import Person
from kiosk.gateway.sandbox.store import IssuedNotice, Order, Payment

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #eef1f5; color: #16202c; font: 17px/1.5 "Noto Sans SC", "PingFang SC", sans-serif; }
.flag { background: #7a3e00; color: #fff; padding: 8px 16px; text-align: center; font-size: 14px; }
main { max-width: 420px; margin: 0 auto; padding: 20px 16px 40px; }
h1 { font-size: 22px; line-height: 1.3; margin: 8px 0 16px; }
.card { background: #fff; border-radius: 12px; padding: 20px; margin-bottom: 16px; }
.amount { font-size: 44px; font-weight: 600; text-align: center; margin: 4px 0 12px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 8px 16px; margin: 0; }
dt { color: #4d5b6b; } dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
button, .link { display: block; width: 100%; min-height: 56px; padding: 14px; border: 0; border-radius: 10px;
  background: #0b5cad; color: #fff; font: inherit; font-weight: 600; text-align: center; text-decoration: none; }
button:focus-visible, .link:focus-visible { outline: 3px solid #f5a300; outline-offset: 2px; }
.quiet { background: #fff; color: #0b5cad; border: 1px solid #c4cdd8; margin-top: 8px; font-weight: 400; }
.en, .note { color: #4d5b6b; font-size: 15px; } .good { color: #0a6b3d; } .bad { color: #a3201a; }
.qr { text-align: center; } .qr svg { width: 100%; max-width: 280px; height: auto; }
code { font-size: 14px; overflow-wrap: anywhere; }
"""


def page(title: str, english: str, body: str) -> str:
    return f"""<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>{escape(title)} · 沙盒</title><style>{_STYLE}</style></head><body>
<div class="flag">沙盒演示，不是政府系统，不会扣款<br>Sandbox: not a government system, no money is taken</div>
<main><h1>{escape(title)}<br><span class="en">{escape(english)}</span></h1>{body}</main></body></html>"""


def message(title: str, english: str) -> str:
    return page(title, english, "")


def home(people: tuple[Person, ...]) -> str:
    rows = "".join(
        f'<div class="card"><b>{escape(person.card.name)}</b>'
        f' <span class="en">{escape(person.card.english_name)}</span>'
        f'<p class="note">{escape(person.note.zh)}<br>{escape(person.note.en)}</p>'
        f'<a class="link" href="/phone/code?person={escape(person.id)}">出示登录码 · Show signed-in code</a></div>'
        for person in people
    )
    return page("样例人物的手机", "Phones of the sample people", rows)


def code(person: Person, text: str, seconds: float) -> str:
    symbol = segno.make(text, error="m").svg_inline(border=2, omitsize=True)
    again = f'<a class="link quiet" href="/phone/code?person={escape(person.id)}">换一个 · New code</a>'
    body = (
        f'<div class="card qr">{symbol}<p><code>{escape(text)}</code></p>'
        f'<p class="note">{seconds:g} 秒内有效，只能用一次<br>Valid for {seconds:g} seconds, once</p></div>{again}'
    )
    return page(f"{person.card.name}的登录码", "Signed-in code", body)


def pay(order: Order, title: str, payment: str) -> str:
    """payment: this page view's number, so that a second tap is not a second payment."""
    facts = _facts([("事项 Item", title), ("收款方 Payee", "沙盒平台（示例）"), ("状态 State", _STATES[order.state])])
    body = f'<div class="card"><div class="amount">¥{order.amount_fen / 100:.2f}</div>{facts}</div>'
    if order.state == "waiting":
        body += (
            '<form method="post" action="/phone/pay">'
            f'<input type="hidden" name="order" value="{escape(order.pay_token)}">'
            f'<input type="hidden" name="payment" value="{escape(payment)}">'
            "<button>确认支付（演示，不扣款）<br>Confirm payment (demo, no charge)</button></form>"
        )
    return page("支付", "Payment", body)


def paid(payment: Payment) -> str:
    amount = f"¥{payment.amount_fen / 100:.2f}"
    if payment.state == "taken":
        text = (
            '<p class="good"><b>支付成功</b>，请回到终端继续。</p><p class="en">Paid. Please go on at the terminal.</p>'
        )
    else:
        text = (
            '<p class="bad"><b>已退回</b>：订单已关闭或已支付，款项原路退回。</p>'
            '<p class="en">Returned: the order was closed or already paid. The money goes back.</p>'
        )
    return page("支付结果", "Payment result", f'<div class="card"><div class="amount">{amount}</div>{text}</div>')


def notice(found: IssuedNotice, person: Person) -> str:
    """What scanning a printed result tells: that it was issued, and enough to compare, not more."""
    issued = datetime.datetime.fromtimestamp(found.at).astimezone().strftime("%Y-%m-%d %H:%M")
    state = "已作废 Revoked" if found.revoked else "有效 Valid"
    facts = _facts(
        [
            ("状态 State", state),
            ("文书 Document", found.document.title),
            ("编号 Number", found.number),
            ("姓名 Name", person.card.name[:1] + "*" * (len(person.card.name) - 1)),
            ("出具时间 Issued", issued),
            ("校验值 Digest", found.digest[:16]),
        ]
    )
    return page("文书核验（样例）", "Document verification (sample)", f'<div class="card">{facts}</div>')


_STATES = {
    "waiting": "待支付 Waiting",
    "paid": "已支付 Paid",
    "reversed": "已关闭 Closed",
    "refunding": "退款中 Refunding",
    "refunded": "已退款 Refunded",
}


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows) + "</dl>"
