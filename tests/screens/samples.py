"""Canonical pages with invented people: what goldens, audit and report walk over. All persons are sample data."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from kiosk import page as kinds
from kiosk.document import Document, Line, Pair, Qr, Rule
from kiosk.page import Alert, Button, Clause, Lang, Option, Page, Row, Steps, Tile
from kiosk.secret import Secret


class _Say:
    """`say(zh, en)` picks the language; everything else stays the same, as the runtime does it."""

    def __init__(self, lang: Lang, stretch: bool = False) -> None:
        self.lang = lang
        self.stretch = stretch

    def __call__(self, zh: str, en: str) -> str:
        said = zh if self.lang == "zh" else en
        return said + " longer" * max(1, len(said) // 18) if self.stretch and len(said) > 3 else said


def _bar(say: _Say, back: bool = True, leave: bool = True) -> tuple[Button, ...]:
    keys = [Button("back", say("返回", "Back"))] if back else []
    keys += [Button("exit", say("退出", "Exit"))] if leave else []
    keys += [Button("help", say("帮助", "Help")), Button("language", say("English", "中文"))]
    return tuple(keys)


def _steps(say: _Say, at: int) -> Steps:
    names = (
        say("身份核验", "Identify"),
        say("授权告知", "Consent"),
        say("填写信息", "Details"),
        say("核对", "Check"),
        say("缴费", "Pay"),
        say("领取", "Collect"),
    )
    return Steps(say(f"第 {at + 1} 步，共 {len(names)} 步", f"Step {at + 1} of {len(names)}"), names, at)


def _shared(say: _Say, question: str, back: bool = True, leave: bool = True) -> dict[str, object]:
    return {
        "n": 7,
        "lang": say.lang,
        "question": question,
        "place": say("示例街道 24 小时自助服务点", "Sample Street 24-hour service point"),
        "banner": say("演示环境：数据均为虚构，不办理真实业务", "Demonstration: invented data, no real service"),
        "bar": _bar(say, back, leave),
    }


def _tiles(say: _Say) -> tuple[Tile, ...]:
    return (
        Tile(
            "item:residence",
            say("居住证签注", "Residence permit renewal"),
            say("约 5 分钟 · 免费", "About 5 min · free"),
            "id-card",
        ),
        Tile(
            "item:record",
            say("无犯罪记录证明", "Certificate of no criminal record"),
            say("约 4 分钟 · 免费", "About 4 min · free"),
            "shield-check",
        ),
        Tile(
            "item:fund",
            say("住房公积金缴存证明", "Housing fund statement"),
            say("约 3 分钟 · 免费", "About 3 min · free"),
            "house",
        ),
        Tile(
            "item:social",
            say("社会保险参保证明", "Social insurance certificate"),
            say("约 3 分钟 · 免费", "About 3 min · free"),
            "umbrella",
        ),
        Tile(
            "item:property",
            say("不动产登记信息查询", "Property register extract"),
            say("约 6 分钟 · 10 元", "About 6 min · ¥10"),
            "building-2",
            False,
            say("打印机缺纸，请到 2 号窗口办理", "No paper in the printer. Please go to counter 2"),
        ),
        Tile(
            "item:birth",
            say("出生医学证明补办预约", "Birth certificate: book a replacement"),
            say("约 5 分钟 · 免费", "About 5 min · free"),
            "baby",
        ),
        Tile(
            "item:shop",
            say("个体工商户设立登记", "Register a sole trader business"),
            say("约 12 分钟 · 免费", "About 12 min · free"),
            "store",
        ),
        Tile(
            "item:pension",
            say("城乡居民养老待遇资格认证", "Pension entitlement check"),
            say("约 2 分钟 · 免费", "About 2 min · free"),
            "heart-handshake",
        ),
        Tile(
            "item:car",
            say("机动车驾驶证换证", "Driving licence renewal"),
            say("约 8 分钟 · 10 元", "About 8 min · ¥10"),
            "car",
        ),
        Tile(
            "item:school",
            say("义务教育入学报名", "School enrolment"),
            say("约 10 分钟 · 免费", "About 10 min · free"),
            "graduation-cap",
        ),
    )


def _rows(say: _Say, change: bool = False) -> tuple[Row, ...]:
    card, library = say("身份证", "ID card"), say("电子证照库", "Licence library")
    typed = say("本次填写", "Typed now")

    def row(key: str, label: str, value: str, source: str, fixed: bool = False) -> Row:
        if fixed or not change:
            return Row(label, Secret(value), source)
        return Row(label, Secret(value), source, f"change:{key}", say("修改", "Change"))

    return (
        row("name", say("姓名", "Name"), say("林样例", "Lin Yangli"), card, True),
        row("number", say("证件号码", "ID number"), "310***********0013", card, True),
        row(
            "address",
            say("居住地址", "Address"),
            say(
                "示例市样板区演示街道幸福路 128 弄 16 号 302 室",
                "Room 302, No. 16, Lane 128, Xingfu Road, Demo Street, Sample City",
            ),
            library,
        ),
        row("phone", say("手机号码", "Mobile number"), "138****0000", typed),
        row("purpose", say("用途", "Purpose"), say("子女入学", "School enrolment of a child"), typed),
        row("copies", say("份数", "Copies"), say("1 份", "1"), typed),
    )


def _receipt(say: _Say) -> Document:
    return Document(
        say("受理通知书", "Notice of acceptance"),
        (
            Line(say("（样张）示例市样板区演示街道", "(Specimen) Demo Street, Sample City"), "centre"),
            Rule(),
            Pair(say("受理编号", "Case number"), "S2026-1122-000417"),
            Pair(say("事项名称", "Service"), say("居住证签注", "Residence permit renewal")),
            Pair(say("申请人", "Applicant"), Secret(say("林样例", "Lin Yangli"))),
            Pair(say("受理时间", "Accepted"), "2026-11-22 10:24"),
            Pair(say("承诺时限", "Promised within"), say("3 个工作日", "3 working days")),
            Rule(),
            Line(
                say(
                    "凭受理编号可在本机、窗口或网上查询办理进度。",
                    "Use the case number to follow progress here, at a counter or online.",
                )
            ),
            Qr("https://sandbox.invalid/case/S2026-1122-000417", say("扫码查询进度", "Scan to follow progress")),
        ),
    )


def _attract(say: _Say) -> Page:
    return kinds.Attract(
        **{**_shared(say, "attract"), "bar": (Button("language", say("English", "中文")),)},
        title=say("自助服务，随到随办", "Self-service, whenever you come"),
        lead=say("不用排队，身份证一放就能办", "No queue: lay down your ID card and begin"),
        points=(
            say("证明开具、登记、查询共 38 项", "38 services: certificates, registration, records"),
            say("大部分信息自动填好", "Most of the form is filled in for you"),
            say("现场打印，立等可取", "Printed here, ready at once"),
        ),
        invite=say("轻触屏幕开始", "Touch the screen to begin"),
    )


def _home(say: _Say) -> Page:
    return kinds.Home(
        **_shared(say, "home", back=False),
        title=say("您好，今天想办什么？", "Hello, what would you like to do?"),
        lead=say("点选事项，或者用拼音首字母查找", "Choose a service, or find one by its first letters"),
        tiles=_tiles(say),
        search=Button("search", say("查找事项，例如 JZZ", "Find a service, for example “permit”"), "search"),
    )


def _home_short(say: _Say) -> Page:
    """As a terminal with three items shows it."""
    return replace(_home(say), tiles=_tiles(say)[:3])


def _home_pending(say: _Say) -> Page:
    return kinds.Home(
        **_shared(say, "home", back=False),
        title=say("您好，今天想办什么？", "Hello, what would you like to do?"),
        tiles=_tiles(say)[:6],
        search=Button("search", say("查找事项，例如 JZZ", "Find a service, for example “permit”"), "search"),
        pending=Button(
            "resume", say("刚才在这里付款中断了？点这里继续", "Was your payment interrupted here? Continue")
        ),
    )


def _search(say: _Say) -> Page:
    return kinds.Search(
        **_shared(say, "search"),
        title=say("查找事项", "Find a service"),
        lead=say("输入拼音首字母", "Type the first letters"),
        query="ZM",
        hint=say("例如 JZZ", "For example PERMIT"),
        tiles=(_tiles(say)[1], _tiles(say)[2], _tiles(say)[3]),
        empty=say("没有找到", "Nothing found"),
    )


def _search_empty(say: _Say) -> Page:
    return kinds.Search(
        **_shared(say, "search"),
        title=say("查找事项", "Find a service"),
        lead=say("输入拼音首字母", "Type the first letters"),
        query="",
        hint=say("例如 JZZ", "For example PERMIT"),
        tiles=(),
        empty=say(
            "没有找到。换几个字母试试，或者点“帮助”请工作人员协助。", "Nothing found. Try other letters, or press Help."
        ),
    )


def _identify(say: _Say) -> Page:
    return kinds.Identify(
        **_shared(say, "identify"),
        steps=_steps(say, 0),
        title=say("请放置身份证", "Please lay down your ID card"),
        lead=say("办理居住证签注需要核验本人身份", "Renewing a residence permit needs your identity"),
        picture="card",
        hints=(
            say("把身份证平放在亮起的感应区上", "Lay the card flat on the lit field"),
            say("听到提示音之前请不要移开", "Leave it there until you hear the tone"),
        ),
        actions=(Button("code", say("没带身份证，改用亮证码", "No card? Use your code"), "qr-code"),),
    )


def _identify_code(say: _Say) -> Page:
    return kinds.Identify(
        **_shared(say, "identify"),
        steps=_steps(say, 0),
        title=say("请出示亮证码", "Please show your code"),
        lead=say("在手机上打开电子身份亮证码", "Open the identity code on your phone"),
        picture="code",
        hints=(
            say("屏幕朝下，对准扫码窗口", "Hold the screen towards the scan window"),
            say("距离约 10 厘米，保持不动", "About 10 cm away, hold still"),
        ),
        alert=Alert(
            "warning", say("没有读到，请把亮度调高后再试一次", "Not read. Please turn up the brightness and try again")
        ),
        actions=(Button("card", say("改用身份证", "Use the ID card"), "id-card"),),
    )


def _consent(say: _Say) -> Page:
    return kinds.Consent(
        **_shared(say, "consent"),
        steps=_steps(say, 1),
        title=say("使用哪些信息", "What we use"),
        lead=say("同意后才会查询；只用于本次办理", "Nothing is fetched before you agree; used for this case only"),
        clauses=(
            Clause(
                say("身份信息", "Identity"),
                say(
                    "姓名、证件号码，来自您的身份证，用来确认是本人办理。",
                    "Name and number from your ID card, to make sure it is you.",
                ),
            ),
            Clause(
                say("居住登记", "Residence record"),
                say(
                    "居住地址和登记日期，来自电子证照库，用来预填表单，您可以修改。",
                    "Address and date from the licence library, to fill in the form. You can change them.",
                ),
            ),
            Clause(
                say("联系电话", "Telephone"),
                say("由您填写，只用来通知办理结果。", "You type it; we only use it to tell you the result."),
            ),
            Clause(
                say("保存多久", "How long"),
                say(
                    "本机不保存。办结材料由受理部门按档案规定保存。",
                    "Nothing stays on this machine. The department keeps the file as archives rules say.",
                ),
            ),
        ),
        actions=(
            Button("refuse", say("不同意", "I do not agree"), style="quiet"),
            Button("agree", say("同意并继续", "Agree and continue"), "check", "primary"),
        ),
    )


def _form(say: _Say) -> Page:
    return kinds.Form(
        **_shared(say, "form"),
        steps=_steps(say, 2),
        title=say("请看看填得对不对", "Is this right?"),
        lead=say("已经替您填好，点“修改”可以更改", "Already filled in for you. Press Change to correct it"),
        summary=say("6 项中已自动填好 5 项", "5 of 6 filled in for you"),
        rows=_rows(say, change=True),
        actions=(Button("continue", say("下一步", "Continue"), "arrow-right", "primary"),),
    )


def _form_problem(say: _Say) -> Page:
    rows = list(_rows(say, change=True))
    rows[3] = Row(
        rows[3].label,
        Secret("138****000"),
        rows[3].source,
        "change:phone",
        say("修改", "Change"),
        say("手机号码应为 11 位数字", "A mobile number has 11 digits"),
    )
    return kinds.Form(
        **_shared(say, "form"),
        steps=_steps(say, 2),
        title=say("还差一点", "Nearly there"),
        lead=say("改好标红的一项就可以继续", "Correct the marked line to go on"),
        alert=Alert(
            "error",
            say("有 1 处需要修改：手机号码应为 11 位数字", "1 thing to correct: a mobile number has 11 digits"),
            "PR-021",
        ),
        rows=tuple(rows),
        actions=(Button("continue", say("下一步", "Continue"), "arrow-right", "primary"),),
    )


def _entry_options(say: _Say) -> Page:
    names = (
        ("school", "子女入学", "School enrolment of a child"),
        ("work", "就业", "Work"),
        ("loan", "贷款", "A loan"),
        ("visa", "出国（境）", "Going abroad"),
        ("insurance", "参加社会保险", "Social insurance"),
        ("other", "其他", "Something else"),
    )
    return kinds.Entry(
        **_shared(say, "entry:purpose"),
        steps=_steps(say, 2),
        title=say("办这个证明做什么用？", "What is it for?"),
        lead=say("会印在证明上", "This is printed on the certificate"),
        field="purpose",
        value="school",
        pad="none",
        options=tuple(Option(f"option:{key}", say(zh, en), chosen=key == "school") for key, zh, en in names),
    )


def _entry_digits(say: _Say) -> Page:
    return kinds.Entry(
        **_shared(say, "entry:phone"),
        steps=_steps(say, 2),
        title=say("您的手机号码", "Your mobile number"),
        lead=say("只用来通知办理结果", "Only to tell you the result"),
        field="phone",
        value=Secret("1380000"),
        pad="digits",
        hint=say("11 位数字", "11 digits"),
        max_length=11,
        actions=(Button("confirm", say("确定", "Confirm"), "check", "primary"),),
    )


def _entry_letters(say: _Say) -> Page:
    return kinds.Entry(
        **_shared(say, "entry:plate"),
        steps=_steps(say, 2),
        title=say("旧居住证编号", "Number of the old permit"),
        lead=say("印在证件背面右下角", "At the lower right of its back"),
        field="permit",
        value=Secret("A20X8"),
        pad="letters",
        hint=say("字母和数字，最多 12 位", "Letters and digits, at most 12"),
        max_length=12,
        actions=(Button("confirm", say("确定", "Confirm"), "check", "primary"),),
    )


def _check(say: _Say) -> Page:
    return kinds.Check(
        **_shared(say, "check"),
        steps=_steps(say, 3),
        title=say("请核对后提交", "Check, then submit"),
        lead=say("提交后不能在本机修改", "It cannot be changed here afterwards"),
        rows=_rows(say, change=True),
        effect=say(
            "点“确认提交”后，申请将送交受理部门，并收取工本费 ¥10.00",
            "“Submit” sends the application to the department and asks for a fee of ¥10.00",
        ),
        actions=(Button("confirm", say("确认提交", "Submit"), "send", "primary"),),
    )


def _wait(say: _Say) -> Page:
    return kinds.Wait(
        **_shared(say, "wait", back=False),
        steps=_steps(say, 3),
        title=say("正在提交", "Sending"),
        lead=say("请稍候，不用做任何操作", "One moment. There is nothing to do"),
        picture="platform",
        doing=say("正在把申请送交受理部门", "Your application is on its way to the department"),
    )


def _wait_print(say: _Say) -> Page:
    return kinds.Wait(
        **_shared(say, "wait", back=False),
        steps=_steps(say, 5),
        title=say("正在打印", "Printing"),
        picture="print",
        doing=say("受理通知书正在打印，请在出纸口等候", "The notice is being printed. Please wait at the paper slot"),
        actions=(
            Button("without", say("不打印，稍后在网上查看", "Do not print, look it up online")),
            Button("help_now", say("请工作人员帮忙", "Call the staff"), "headset", "primary"),
        ),
    )


def _pay(say: _Say) -> Page:
    return kinds.Pay(
        **_shared(say, "pay"),
        steps=_steps(say, 4),
        title=say("请扫码缴费", "Please pay by phone"),
        lead=say("居住证工本费", "Fee for the residence permit"),
        amount="¥10.00",
        payee=say("收款单位：示例市财政局（演示）", "Payee: Sample City Finance Bureau (demo)"),
        qr="https://sandbox.invalid/pay/2026112200000417?amount=1000",
        hints=(
            say("打开手机上的支付软件，扫一扫", "Open your payment app and scan"),
            say("付好后请稍等，屏幕会自动继续", "Wait a moment: this screen goes on by itself"),
            say("不方便用手机？点“帮助”改在窗口缴费", "No phone? Press Help to pay at the counter"),
        ),
        remaining=say("二维码 2 分 58 秒内有效", "The code is valid for 2 min 58 s"),
    )


def _preview(say: _Say) -> Page:
    return kinds.Preview(
        **_shared(say, "preview"),
        steps=_steps(say, 5),
        title=say("打印前看一看", "Before we print"),
        lead=say("内容和下面一样", "It will look like this"),
        document=_receipt(say),
        actions=(
            Button("skip", say("不打印", "Do not print"), style="quiet"),
            Button("print", say("打印", "Print"), "printer", "primary"),
        ),
    )


def _take(say: _Say) -> Page:
    return kinds.Take(
        **_shared(say, "take", back=False),
        steps=_steps(say, 5),
        title=say("请取走您的材料", "Please take your papers"),
        picture="paper",
        hints=(
            say("受理通知书在下方出纸口", "The notice is in the paper slot below"),
            say("别忘了身份证", "Do not forget your ID card"),
        ),
        remaining=say("30 秒后自动回到首页", "Back to the start in 30 seconds"),
        actions=(Button("taken", say("都拿好了", "I have everything"), "check", "primary"),),
    )


def _take_card(say: _Say) -> Page:
    return kinds.Take(
        **_shared(say, "take", back=False),
        title=say("身份证还在感应区上", "Your ID card is still here"),
        alert=Alert("warning", say("请先取走身份证", "Please take your ID card first")),
        picture="card",
        hints=(say("取走后会自动继续", "It goes on by itself once you took it"),),
    )


def _rate(say: _Say) -> Page:
    names = (
        ("非常满意", "Very satisfied"),
        ("满意", "Satisfied"),
        ("基本满意", "It was all right"),
        ("不满意", "Dissatisfied"),
        ("非常不满意", "Very dissatisfied"),
    )
    return kinds.Rate(
        **_shared(say, "rate", back=False),
        title=say("这次办得怎么样？", "How was it?"),
        lead=say("自愿评价，点一下就好", "Voluntary: one tap is enough"),
        grades=tuple(Option(f"grade:{5 - at}", say(zh, en)) for at, (zh, en) in enumerate(names)),
        actions=(Button("skip", say("不评价，结束", "Skip and finish"), style="quiet"),),
    )


def _choose(say: _Say) -> Page:
    return kinds.Choose(
        **_shared(say, "why"),
        title=say("是什么没办成？", "What went wrong?"),
        lead=say("告诉我们一声，方便改进；不记录个人信息", "One tap helps us; nothing personal is kept"),
        options=(
            Option("option:papers", say("材料没带齐", "I do not have the papers"), icon="files"),
            Option("option:hard", say("不会操作", "It was too hard to use"), icon="circle-question-mark"),
            Option(
                "option:device",
                say("设备有问题", "The machine did not work"),
                say("读卡、打印或扫码", "Reader, printer or scanner"),
                "wrench",
            ),
            Option("option:item", say("找不到要办的事", "I could not find my service"), icon="search"),
            Option("option:time", say("没有时间了", "I ran out of time"), icon="clock"),
        ),
        actions=(Button("skip", say("直接退出", "Just leave"), style="quiet"),),
    )


def _done(say: _Say) -> Page:
    return kinds.Done(
        **_shared(say, "done", back=False),
        steps=_steps(say, 5),
        title=say("办好了", "All done"),
        lead=say("申请已经受理", "Your application was accepted"),
        rows=(
            Row(say("受理编号", "Case number"), Secret("S2026-1122-000417")),
            Row(say("承诺时限", "Promised within"), say("3 个工作日", "3 working days")),
            Row(say("咨询电话", "Telephone"), "12345"),
        ),
        hints=(
            say("办好后会发短信到您的手机", "A text message tells you when it is ready"),
            say("凭受理编号可随时查询进度", "The case number shows the progress at any time"),
        ),
        remaining=say("60 秒后自动回到首页", "Back to the start in 60 seconds"),
        actions=(
            Button("more", say("再办一件", "Another service"), "plus"),
            Button("finish", say("完成", "Finish"), "check", "primary"),
        ),
    )


def _problem(say: _Say) -> Page:
    return kinds.Problem(
        **_shared(say, "problem"),
        steps=_steps(say, 3),
        title=say("暂时提交不了", "It cannot be sent now"),
        lead=say("填好的内容还在，没有扣费", "What you filled in is still here; nothing was charged"),
        alert=Alert("error", say("和受理系统的连接中断了", "The connection to the department was lost"), "GW-504"),
        hints=(
            say("过一会儿再试一次", "Try again in a moment"),
            say("也可以带身份证到 2 号窗口办理", "Or take your ID card to counter 2"),
            say("需要帮忙请点“帮助”", "Press Help if you need a hand"),
        ),
        actions=(
            Button("later", say("结束办理", "Stop here"), style="quiet"),
            Button("again", say("再试一次", "Try again"), "refresh-cw", "primary"),
        ),
    )


def _timeout(say: _Say) -> Page:
    return kinds.Timeout(
        **_shared(say, "timeout"),
        title=say("您还在吗？", "Are you still there?"),
        lead=say(
            "为保护您的信息，到时会自动退出。轻触屏幕任意处继续",
            "To protect your data we end soon. Touch anywhere to go on",
        ),
        seconds=20,
        actions=(Button("stay", say("我还在，继续办理", "I am here, continue"), "hand", "primary"),),
    )


def _outofservice(say: _Say) -> Page:
    return kinds.OutOfService(
        **{
            **_shared(say, "out"),
            "bar": (Button("help", say("帮助", "Help")), Button("language", say("English", "中文"))),
        },
        title=say("本机暂停服务", "This machine is out of service"),
        lead=say("正在检修，很抱歉给您带来不便", "It is being repaired. We are sorry"),
        hints=(
            say(
                "最近的自助服务点：示例路 100 号社区中心，步行约 5 分钟",
                "Nearest service point: community centre, 100 Sample Road, a 5-minute walk",
            ),
            say("窗口服务时间：工作日 9:00 至 17:00", "Counters: working days 9:00 to 17:00"),
            say("政务服务热线：12345", "Service hotline: 12345"),
        ),
    )


_MAKERS: dict[str, Callable[[_Say], Page]] = {
    "attract": _attract,
    "home": _home,
    "home-short": _home_short,
    "home-pending": _home_pending,
    "search": _search,
    "search-empty": _search_empty,
    "identify-card": _identify,
    "identify-code": _identify_code,
    "consent": _consent,
    "form": _form,
    "form-problem": _form_problem,
    "entry-options": _entry_options,
    "entry-digits": _entry_digits,
    "entry-letters": _entry_letters,
    "check": _check,
    "wait": _wait,
    "wait-print": _wait_print,
    "pay": _pay,
    "preview": _preview,
    "take": _take,
    "take-card": _take_card,
    "rate": _rate,
    "choose": _choose,
    "done": _done,
    "problem": _problem,
    "timeout": _timeout,
    "outofservice": _outofservice,
}
NAMES = tuple(_MAKERS)
LANGUAGES: tuple[Lang, ...] = ("zh", "en")


def sample(name: str, lang: Lang, stretch: bool = False) -> Page:
    """`stretch`: every sentence about 40 per cent longer, as another translation might be."""
    return _MAKERS[name](_Say(lang, stretch))
