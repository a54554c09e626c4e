"""Shipped title patterns in English, German, French, Spanish and Portuguese; absences, duty and the cancelled form
in a dozen languages more, as colleagues and programs put them on anybody's calendar.

Titles are compared lower case and without accents, so "Congés payés" is written ``conges payes`` here.
Words match whole: ``urlaub`` finds "Urlaub" and not "Urlaubsplanung". Each kind has words that say the
event is *about* the thing and not the thing itself: "PTO policy review" is no time off.
A bar between spaces or a line's end parts the alternatives; a language to a paragraph.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

LONGEST = 500  # characters of a title that are looked at

# Outlook marks a cancelled meeting by its title alone, in the sender's language.
CANCELLED = r"""
    cancell?ed(?: event)?(?: with note)?

    abgesagt | absage | storniert | annulliert

    (?:evenement |reunion )?annulee? | annulation

    (?:evento |reunion )?cancelad[oa] | anulad[oa] | cancelacion

    (?:evento |riunione )?annullat[oa] | (?:afspraak )?geannuleerd | afgelast | install[td] | annullere?t | afl?yst
    aflysning | avlyst | kansellert | avboka[dt] | anulata?

    odwo[łl]an[aeoy] | odwo[łl]anie | anulowan[aeoy] | zrusen[aeoyi]? | stornovano | peruutettu | peruttu | peruutus
    lemondva | torolve | torolt | otkazano | odpovedano

    отменен[ао]? | отмена | скасован[ао]? | ακυρωθηκε | ακυρωση

    iptal(?: edildi| edilmistir)?

    已取消 | 取消 | キャンセル(?:済み?|されました)? | 取り消(?:し(?:済み)?|されました) | 中止 | 취소됨?

    בוטל | تم الالغاء | ملغ[ىي] | ยกเลิก | đa huy | dibatalkan
"""

# All-day notes of who is responsible, or stands in for somebody.
DUTY = r"""
    on[- ]?call | on[- ]duty | pager[- ]?duty | opsgenie | duty (?:manager|officer|roster|rota|week|day)
    (?:support|incident) (?:duty|rotation|rota|shift) | stand-?by(?! flight)
    deput(?:y|ies)(?=$| ?[-:(]| for ) | deputi[sz]ing | standing in for | covering for | cover for | acting (?:for|head|manager)

    vertretung | vertrete | urlaubsvertretung | stellvertretung | krankheitsvertretung | rufbereitschaft
    bereitschaft | bereitschaftsdienst | rufdienst | notdienst | hintergrunddienst | wochenenddienst
    journaldienst | (?:fruh|frueh|spat|spaet|nacht)dienst

    astreintes? | d'astreinte | de garde | ^garde(?=$| ?[-:(,]) | de permanence | permanence | suppleance | suppleante?
    remplacement (?:de|d'\w+) | ^remplacante? | interim(?=$| ?[-:(,]| (?:de|d') )

    guardias? | de guardia | de reten | ^reten$ | suplencia | suplente | sustitucion(?=$| ?[-:(]| de )
    plantao | de plantao | sobreaviso | de prevencao | substituicao(?=$| ?[-:(])

    reperibilita | reperibile | di turno | turno di guardia | supplenza | sostituzione(?=$| ?[-:(]) | pikett?(?:dienst)?
    pikete | storingsdienst | waarneming | vervanging(?=$| ?[-:(]| voor ) | bereikbaarheidsdienst | consignatie(?:dienst)?
    wachtdienst | van wacht

    dyzur | na dyzurze | zastepstwo | zastup | pohotovost | drzi pohotovost | ^sluzba$ | дежурств[оае] | дежурю
    дежурныи | дежурная | чергування | чергую | замещение | de garda | inlocuire | nobet(?:ci|te)? | dezurst?v[oa]

    beredskap | ^jour$ | jourtjanst | jourvecka | vagt | bagvagt | tilkaldevagt | ^vakt$ | bakvakt | beredskapsvakt
    paivystys | paivystaja | varallaolo | sijaisuus | ugyelet(?:es)? | keszenlet | εφημερια

    \w*(?:待命|值班|待機|当番|宿直|オンコール|당직)\w*
"""

# Talk about a thing, or work on it. Searched in the title of whatever the kinds below matched.
ABOUT = r"""
    meetings? | mtg | reviews? | polic(?:y|ies) | plan | planning | budgets? | prep | preparation | sync
    kick-?off | triage | calls?(?=$| ?[-:(]) | call (?:with|about|on|for) | committee | working group | wg
    sig | discussion | debrief | retro(?:spective)? | interviews? | reports? | stand-?up | coordination
    proposals? | invoices? | expenses? | approvals? | requests? | hand-?over | coverage | tracker | schedule
    list | form | process | system | tool | deadline | due | strategy for
    ^(?:submit|approve|book|request|enter|log|update|check|discuss|send|remind|reminder)

    besprechung | sitzung | planung | richtlinien? | vorbereitung | nachbereitung | abstimmung | antrag
    antrage | beantragen | jour fixe | ubergabe | uebergabe | vertretung | abrechnung | budgetierung | konzept

    reunion | planification | politique | preparation | comite | bilan | point (?:sur|avec) | demande
    passation | organisation

    planificacion | politica | presupuesto | preparacion | revision | llamada | solicitud | traspaso
    organizacion

    reuniao | planejamento | planeamento | orcamento | preparacao | revisao | chamada | pedido | solicitacao
    organizacao
"""

AWAY = r"""
    vacations? | staycation | pto | paid time off | annual leave | on leave | leave day | leave of absence
    sabbatical
    (?:parental|maternity|paternity|adoption|sick|medical|compassionate|bereavement|unpaid|family|carer'?s|study|personal|garden|gardening) leave
    (?:days?|time|half[- ]day|morning|afternoon) off(?! ?-?site) | off (?:sick|work|today) | sick day
    personal day | mental health day | jury duty | out sick | ooo | oof | out of (?:the )?office(?! hours)
    away from (?:the )?(?:desk|office) | on holidays? | (?:bank|public|national) holiday
    ^(?:off|out|out today|sick|away|leave|not working)$
    ^(?:annual |summer |winter |christmas |easter |family )?holidays?(?=$| ?[-:(,/]| (?:in|to|at|with) )
    ^travel(?:l?ing)?(?=$| ?[-:(,/>]| (?:to|from|day|home|back|time|via|by) ) | travel day
    travell?ing (?:to|from|for|home|back) | ^business travel | business trip | ^trip to
    ^flight(?=$| ?:| [a-z0-9]{2} ?\d+| (?:to|from) ) | ^train to

    urlaub | urlaubstage? | urlaubswoche | jahresurlaub | erholungsurlaub | resturlaub | sonderurlaub
    bildungsurlaub | elternzeit | mutterschutz | krank | krankmeldung | krankgeschrieben | abwesend
    abwesenheit | ausser haus | außer haus | nicht im (?:buro|buero|haus) | freier tag | gleittag
    ueberstundenabbau | uberstundenabbau | freizeitausgleich | bruckentag | brueckentag | feiertag
    dienstreise | geschaftsreise | geschaeftsreise | betriebsferien | krankenstand | karenz | arbeitsunfahig
    ^(?:frei|ferien|kur|reha|nicht da)$
    ^(?:reise|flug|zug|fahrt) (?:nach|von) | ^(?:anreise|abreise|ruckreise|rueckreise)

    vacances
    (?:en |jour de )?conges?(?: payes?| annuels?| maternite| paternite| parental| maladie| sans solde)? | rtt
    absent | absente | hors (?:du )?bureau | arret maladie | jour (?:ferie|de repos|off)
    ^deplacements?(?=$| ?[-:(,]| (?:a|au|aux|en|chez|pro|professionnel|client) ) | en deplacement
    voyage (?:d'affaires|professionnel) | ^(?:vol|train) (?:pour|vers) | ^(?:recup|recuperation|repos|absence)$

    vacaciones | dias? libres? | de permiso | permiso (?:de|por) | ^permiso$ | baja (?:medica|por) | dia festivo
    ^festivo | fuera de (?:la )?oficina | ausente | asuntos propios | licencia (?:medica|por|de) | de viaje
    viaje (?:de (?:trabajo|negocios)|a) | ^vuelo a | permiso retribuido | ^(?:baja|libre|licencia)$

    ferias | dia de folga | folga | fora do escritorio | licenca[- ](?:medica|maternidade|paternidade)
    de licenca | feriado | baixa medica | atestado medico | viagem (?:a|de) (?:trabalho|negocios) | em viagem
    ^viagem (?:a|para) | ^voo para | ^(?:licenca|baixa)$

    ferie | in ferie | giorno libero | giorno di permesso | in malattia | congedo (?:parentale|maternita|matrimoniale)
    fuori (?:ufficio|sede) | assente | in trasferta | ^trasferta | viaggio di lavoro | giorno festivo
    in (?:vacanza|permesso|congedo|maternita) | vacanz[ae] | ^(?:permesso|malattia|congedo|maternita|riposo)$
    permesso (?:retribuito|non retribuito|ex festivita)

    vakantie | vakantiedag | verlof | ouderschapsverlof | zwangerschapsverlof | vrije dag | dag vrij | ^vrij$
    atv | ziek | ziekgemeld | ziekteverlof | afwezig | niet op kantoor | zakenreis | dienstreis | feestdag
    snipperdag(?:en)? | roostervrij | ^(?:zomer|kerst|winter)vakantie$

    urlopy? | urlopie | dzien wolny | dni wolne | ^(?:wolne|zwolnienie|wakacje|opieka)$ | zwolnienie lekarskie | chorobowe | ^l4$ | nieobecn[yaoe] | nieobecnosc
    poza biurem | delegacja(?=$| ?[-:(,]| (?:do|w) ) | wyjazd (?:sluzbowy|s[łl]u[zż]bowy) | swieto panstwowe

    dovolena | na (?:dovolene|dovolenke|nemocenske) | dovolenka | nahradn[ie] volno | ^volno$ | nemocenska | ^nemoc$
    nepritom(?:en|en[ya]|na|nost) | ^(?:materska|rodicovska|neschopenka)$ | mimo kancelar
    sluzebni cesta | sluzobna cesta | statn[iy] (?:svatek|sviatok)

    отпуск[ае]? | больничныи | командировк[аие] | отгул | выходнои | вне офиса | не в офисе | декрет
    праздничныи день | на больничном | ^(?:отсутствие|отсутствую|болею|меня нет|каникулы)(?=$| ?[-:(,])
    відпустк[аиу] | у відпустці | лікарняни[ий] | відрядження | вихідни[ий] | відгул | ^відсутніи

    concediu(?: de odihna| medical)? | zi libera | zile libere | ^liber$ | vacanta | ^delegatie | sarbatoare legala

    y[ıi]ll[ıi]k izin | (?:dogum|babal[ıi]k|hastal[ıi]k|mazeret) izni | ^tatil(?=$| ?[-:(,]) | ^izin(?=$| ?[-:(,]) | izinde(?:yim)? | izinli | raporlu | resmi tatil | is seyahati | ofis d[ıi][sş][ıi]nda

    ^semester(?=$| ?[-:(,]| (?:i|v\.?) ) | pa semester | sommarsemester | semesterdag | ledig(?:het)? | sjukskriven
    foraldraledig(?:het)? | kompledig | vab | franvarande | ^(?:sjuk|komp|helgdag)$ | tjansteresa
    feriedag | (?:sommer|vinter|jule|paske|host)ferie | feriefri(?:dag)? | fridag | omsorgsdag | ^(?:fri|syg|syk)$
    fraværende | sygemeldt | sykemeldt | egenmelding | barsel | (?:foreldre)?permisjon | afspadsering | avspasering
    tjenestereise | tjenesterejse | helligdag

    (?:kesa|talvi|vuosi|sairas)loma | lomalla | ^loma(?=$| ?[-:(,]) | vapaapaiva | virkavapaa | tyomatka
    (?:isyys|aitiys|vanhempain|saldo)vapaa | sairaana | ^(?:vapaa|poissa|matkalla|pyhapaiva)$

    szabadsag(?:on)? | szabin | betegszabadsag | szabadnap | tappenz | nyaralas | ^(?:beteg|gyes|unnepnap)$ | kikuldetes
    αδεια | σε αδεια | ρεπο | αργια | διακοπες | ^ασθενεια$ | αναρρωτικη | επαγγελματικο ταξιδι
"""
# Away only if it lasts: these words are also used for an hour's meeting.
AWAY_LONG = r"""
    conference | congress | symposium | trade (?:fair|show)

    konferenz | kongress | symposium | fachmesse | fachtagung | tagung

    conference | congres | colloque | salon professionnel

    conferencia | congreso | simposio | feria (?:comercial|profesional)

    conferencia | congresso | simposio | feira (?:comercial|profissional)

    ^(?:cp|pont|puente|ponte|rol|adv|ocr|pn)$
"""
NOT_AWAY = r"""
    not a | link | room | phone | video | telephone | press | news | web | zoom | audio | dial-?in
    time travel | school | abstracts? | papers? | travel(?:l?ing)? time report
    (?<!year)'s (?:vacation|pto|leave|day off) | part(?:y|ies) | insurance | agency

    telefon | presse | schule | schulferien | raum | versicherung

    scolaires? | telephonique | de presse | assurance

    escolar(?:es)? | telefonica | de prensa | seguro

    telefone | de imprensa

    richiesta | pianificazione | calendario | scuola | scolastich[ei] | szkoln[ey] | школьные | aanvraag | overzicht | wniosek | grafik | zadost
    planovani | заявлени[ея] | график | планирование | заявк[аи] | cerere | planificare | talebi | planlama
    ansokan | planering | planlagning | hakemus | suunnittelu | kerelem
"""

PERSONAL = r"""
    lunch(?: ?break| ?time| ?hour)? | dentist | orthodontist | optician | doctor(?:'s)? | gp appointment
    physio | physiotherapy | ^therap(?:y|ist) | therapy (?:session|appointment) | hair ?cut | hairdresser
    barber | ^gym | workout | yoga | pilates | school run
    (?:school|nursery|daycare|kids?) (?:pick[- ]?up|drop[- ]?off)
    (?:pick[- ]?up|drop[- ]?off|collect) (?:the )?(?:kids?|children|son|daughter) | parent[- ]teacher
    parents'? evening | ^vet$ | vet (?:visit|appointment) | plumber | date night | ^commute
    personal (?:time|appointment|errands?) | private appointment | ^(?:personal|private)$ | ^(?:short )?break$

    mittag | mittagspause | mittagessen | zahnarzt | zahnarzttermin | arzt | arzttermin | arztbesuch
    kinderarzt | augenarzt | hautarzt | frauenarzt | tierarzt | physiotherapie | krankengymnastik | friseur
    frisor | kita | elternabend | kinder (?:abholen|bringen|holen) | ^sport$ | fitnessstudio
    ^privat(?:er termin|termin)?$ | ^(?:kurze )?pause$ | handwerker

    (?:pause )?(?<!petit )(?<!petit-)dejeuner | pause midi | dentiste | ^(?:medecin|docteur) | pediatre
    ophtalmo | kine | coiffeur | creche | sortie d'ecole | (?:chercher|deposer|recuperer) les enfants
    rdv (?:medical|perso|personnel) | rdv (?:medecin|docteur|dentiste) | salle de sport | veterinaire
    ^perso(?:nnel)?$

    almuerzo | ^comida | hora de comer | dentista | ^(?:el )?medico | cita (?:medica|con el medico) | pediatra
    fisioterapia | peluqueria | gimnasio | (?:recoger|llevar) (?:a )?(?:los |las )?(?:ninos|ninas|hijos)
    oculista | ^colegio | veterinario

    almoco | hora de almoco | dentista | consulta (?:medica|com o medico) | ^medico | pediatra | fisioterapia
    cabeleireiro | ^(?:academia|ginasio)$ | (?:buscar|levar) (?:os |as )?(?:filhos|criancas|meninos)
    veterinario | ^pessoal$
"""
NOT_PERSONAL = r"""
    learn | learning | talk | seminar | webinar | training | working lunch | business | clients? | customers?
    board | investors? | networking | lunch session | demo

    geschaftsessen | arbeitsessen | kunden? | seminar | vortrag

    d'affaires | de travail | clients? | conference

    de trabajo | de negocios | clientes?

    de trabalho | de negocios
"""

STRATEGIC = r"""
    thinking (?:time|block|day|hour) | think time | time to think | strategic thinking
    strategy (?:time|block) | strategic time | focus (?:time|block) | deep (?:work|thinking) | reflection time

    denkzeit | fokuszeit | fokusblock | fokusarbeit | strategiezeit | strategisches denken
    zeit zum (?:nach)?denken | konzentriertes arbeiten | reflexionszeit

    temps (?:de (?:reflexion|concentration)|pour reflechir|strategique) | reflexion strategique
    travail profond

    tiempo (?:para pensar|de (?:reflexion|concentracion|enfoque|foco)) | pensamiento estrategico
    reflexion estrategica | trabajo profundo

    tempo (?:para pensar|de (?:reflexao|concentracao|foco)) | pensamento estrategico | reflexao estrategica
    trabalho (?:profundo|focado) | hora de foco
"""
NOT_STRATEGIC = r"""
    groups? | workshop | course | training | seminar | webinar | book club | class | team | community
    lecture | talk

    gruppe | schulung | kurs | vortrag

    atelier | formation | groupe | equipe

    taller | curso | grupo | equipo

    oficina | curso | grupo | equipe
"""

FRONTLINE = r"""
    gemba(?:[- ]walk)? | site visits? | shop ?floor | floor walk | walk the floor | ride-?along | shadowing
    ward rounds? | front ?-?line (?:time|visit|day|shift|walk|hours?) | ^front ?-?line$ | at the front ?-?line
    back to the floor
    (?:customer|client|field|store|plant|factory|branch|depot|warehouse|clinic) (?:visit|walk|tour|round)s?
    go (?:and )?see | go-see | learning teams?(?=$| ?[-:(]| (?:with|at) ) | call listening

    werksbesuch | werkbesuch | werksrundgang | betriebsrundgang | produktionsrundgang | rundgang | begehung
    vor[- ]ort[- ](?:termin|besuch|tag) | baustellenbesuch | baustellenbegehung | kundenbesuch | filialbesuch
    hospitation | hospitieren | schichtbegleitung

    visite (?:de |du |des |d'|sur |client )?(?:le )?(?:terrain|site|chantier|usine|atelier|magasin|clients?|agence|entrepot)
    (?:journee|temps|immersion|tournee)(?: sur le| de)? terrain | sur le terrain

    visita (?:a |al |de |en )?(?:la |el )?(?:obra|planta|fabrica|terreno|campo|tienda|clientes?|almacen|sucursal)
    recorrido (?:de|por)(?: la)? (?:planta|fabrica|tienda) | trabajo de campo | primera linea

    visita (?:a |ao |de |em )?(?:obra|fabrica|planta|campo|loja|clientes?|armazem) | visita tecnica
    chao de fabrica | linha de frente | trabalho de campo
"""

LEARNING = r"""
    training | course | e-learning | elearning | learning (?:time|block|hour|session|day)
    study (?:time|block) | masterclass | seminar | webinar | certification exam
    (?:language|english|german|spanish|french) (?:class|lesson)

    schulung | fortbildung | weiterbildung | lehrgang | lernzeit | sprachkurs | kurs | seminar

    ^formation(?! of ) | formation (?:continue|professionnelle) | ^cours (?:de|d'\w+) | webinaire
    temps d'apprentissage

    formacion | (?<!en )curso | capacitacion | seminario | tiempo de aprendizaje

    formacao | treinamento | capacitacao | aula de | tempo de aprendizagem
"""
NOT_LEARNING = r"""
    data | dataset | model | pipeline | infrastructure | network | materials? | jobs? | academy | cluster
    golf | of course | course correct(?:ion)? | on course

    aktienkurs

    au cours

    en curso

    em curso
"""

OFFSITE = r"""
    off-?site | away ?day | retreat | strategy (?:day|half[- ]day) | leadership day

    klausur | klausurtag | klausurtagung | strategietag | strategieklausur | strategietagung | fuhrungsklausur

    seminaire (?:strategique|de direction|d'equipe|au vert) | journee strategi(?:que|e) | mise au vert

    retiro(?: estrategico)? | jornadas? (?:estrategicas?|de (?:estrategia|reflexion)) | dia de estrategia

    retiro | dia (?:de estrategia|estrategico) | imersao estrategica | jornada estrategica
"""
NOT_OFFSITE = r"""
    yoga | family | wellness | backups? | storage | vendors? | parking
"""

KINDS = {
    "away": (AWAY, NOT_AWAY),
    "away for long": (AWAY_LONG, NOT_AWAY),
    "personal": (PERSONAL, NOT_PERSONAL),
    "strategic": (STRATEGIC, NOT_STRATEGIC),
    "frontline": (FRONTLINE, ""),
    "learning": (LEARNING, NOT_LEARNING),
    "offsite": (OFFSITE, NOT_OFFSITE),
}


def matched(kind: str, title: str) -> str | None:
    """The words of the title that make it this kind, as written there; None if nothing does."""
    wanted, unwanted = KINDS[kind]
    plain, lower = folded(title)
    found = whole_words(wanted).search(lower)
    if (
        found is None
        or whole_words(ABOUT).search(lower)
        or (unwanted and whole_words(unwanted).search(lower))
    ):
        return None
    return plain[found.start() : found.end()]


def on_duty(title: str) -> str | None:
    """The words of a title that tell of duty or of a deputy; None where it begins with an absence instead."""
    plain, lower = folded(title)
    found = whole_words(DUTY).search(lower)
    away = whole_words(AWAY).search(lower)
    if found is None or (away is not None and away.start() < found.start()):
        return None
    return plain[found.start() : found.end()]


def cancelled_form(title: str) -> str | None:
    """The beginning of a title in Outlook's cancelled form ("Canceled:"), None for any other title."""
    plain, lower = folded(title)
    found = _CANCELLED_FORM.match(lower)
    return plain[found.start(1) : found.end(1)] if found else None


@lru_cache(maxsize=4096)
def folded(title: str) -> tuple[str, str]:
    """The title trimmed, and the same letter for letter in lower case without accents."""
    plain = " ".join(unicodedata.normalize("NFC", title[:LONGEST]).replace("\u2019", "'").split())
    if plain.isascii():
        return plain, plain.lower()
    return plain, "".join(_plain_letter(letter).lower()[:1] for letter in plain)


def _plain_letter(letter: str) -> str:
    """A letter without its accents; one that is put together of other letters, as in Korean, stays."""
    parts = unicodedata.normalize("NFD", letter)
    return parts[0] if all(map(unicodedata.combining, parts[1:])) else letter


@cache
def whole_words(patterns: str) -> re.Pattern[str]:
    """One expression for a list. Words match whole: each begins and ends where no letter is next to it."""
    return re.compile(rf"(?<!\w)(?:{_alternation(patterns)})(?!\w)")


def _alternation(patterns: str) -> str:
    """The list as one alternation, in the order written."""
    lines = (line.strip() for line in patterns.splitlines())
    return "|".join(line.replace(" | ", "|") for line in lines if line)


_FORMS = _alternation(CANCELLED)
_CANCELLED_FORM = re.compile(
    rf"\s*(([\[(\u3010\uff08]\s*)?(?:{_FORMS})\s*(?(2)[\])\u3011\uff09]|(?:[:\uff1a]|$| [-\u2013\u2014] )))"
)
