"""The two pages that both sides show: a home page of twelve items, and a form of ten rows. Sample data."""

from __future__ import annotations

from html import escape

from kiosk.page import Button, Form, Home, Row, Tile
from kiosk.secret import Secret, reveal

ITEMS = (
    ("公积金提取", "租房、购房、退休等情形提取住房公积金"),
    ("社保缴费证明", "打印近三年个人社会保险缴费记录"),
    ("居住证签注", "居住证到期前三十日内办理签注"),
    ("不动产查询", "查询并打印本人名下不动产登记信息"),
    ("无房证明", "子女入学、申请公租房时使用"),
    ("医保异地备案", "跨省就医前登记，直接结算"),
    ("个体工商户登记", "设立、变更、注销一次办理"),
    ("老年优待证", "年满六十五周岁可以申领"),
    ("婚姻登记预约", "预约时间，提前填写申请表"),
    ("驾驶证期满换证", "上传体检结果，证件邮寄到家"),
    ("完税证明", "打印个人所得税纳税记录"),
    ("出生医学证明", "补发申请与进度查询"),
)
ROWS = (
    ("姓名", "张示例"),
    ("身份证号码", "310***********0000"),
    ("联系电话", "138****0000"),
    ("户籍地址", "示例市示例区示例路1号"),
    ("现居住地址", "示例市示例区样本街道2号楼301室"),
    ("工作单位", "示例科技有限公司"),
    ("提取原因", "租赁住房"),
    ("提取金额", "¥1,500.00"),
    ("收款银行", "示例银行示例支行"),
    ("收款账户", "6222 **** **** 0000"),
)
PLACE = "示例市政务服务自助点"
BANNER = "演示环境，不办理真实业务"


def home(n: int) -> Home:
    return Home(
        n=n,
        question="home",
        place=PLACE,
        banner=BANNER,
        title="请选择要办理的事项",
        tiles=tuple(
            Tile(key=f"item:{number}", title=title, summary=summary, icon="document")
            for number, (title, summary) in enumerate(ITEMS)
        ),
        search=Button("search", "搜索事项", "search"),
    )


def form(n: int) -> Form:
    return Form(
        n=n,
        question="form",
        place=PLACE,
        banner=BANNER,
        title="请核对您的信息",
        rows=tuple(Row(label, Secret(value), "来自电子证照") for label, value in ROWS),
        summary="十项信息已为您填好",
        actions=(Button("next", "下一步", style="primary"),),
    )


def web(font: str) -> str:
    """The same words and places for a browser: one document, the second page is a hidden part of it."""
    first, second = home(1), form(2)
    tiles = "".join(
        f'<div class="tile" onclick="turn()"><b>{escape(tile.title)}</b><p>{escape(tile.summary)}</p></div>'
        for tile in first.tiles
    )
    rows = "".join(
        f"<tr><td>{escape(row.label)}</td><td>{escape(reveal(row.value))}</td><td>{escape(row.source)}</td></tr>"
        for row in second.rows
    )
    return f"""<!doctype html><html lang="zh" translate="no"><meta charset="utf-8"><style>
@font-face {{ font-family: kiosk; src: url("file://{font}"); }}
* {{ margin: 0; box-sizing: border-box; user-select: none; }}
body {{ font: 30px kiosk, sans-serif; background: #f3f5f8; color: #16202c; height: 100vh; overflow: hidden; }}
header {{ background: #0b3d75; color: #fff; padding: 20px 30px; height: 100px; }}
h1 {{ font-size: 48px; padding: 20px 30px; height: 120px; }}
.grid {{ display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 24px; padding: 30px; }}
.tile {{ background: #fff; border: 2px solid #51606f; border-radius: 16px; height: 300px; padding: 24px; }}
.tile:active, .next:active {{ background: #0b3d75; color: #fff; }}
table {{ width: 100%; border-collapse: collapse; }} td {{ padding: 24px 30px; border-bottom: 1px solid #51606f; }}
.next {{ background: #cfe0f5; position: absolute; left: 30px; right: 30px; bottom: 30px; height: 120px; padding: 30px;
  text-align: center; }}
</style><body><header>{first.place}　{first.banner}</header>
<div id="a"><h1>{first.title}</h1><div class="grid">{tiles}</div></div>
<div id="b" hidden><h1>{second.title}</h1><p>{second.summary}</p><table>{rows}</table>
<div class="next" onclick="turn()">{reveal(second.actions[0].label)}</div></div>
<script>function turn() {{ a.hidden = !a.hidden; b.hidden = !b.hidden; }}</script></body></html>"""
