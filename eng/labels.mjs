// Writes bench/labels/labels.tsv: the merchants of bench/labels/merchants.txt in the frames in which banks print them. Same seed, same file.
//
//   node eng/labels.mjs
import { readFileSync, writeFileSync } from 'node:fs';

let state = 20261127;
const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const pick = (list) => list[Math.floor(random() * list.length)];
const digits = (n) => Array.from({ length: n }, () => Math.floor(random() * 10)).join('');
const letters = (n) => Array.from({ length: n }, () => pick([...'ABCDEFGHKLMNPRSTUVWXZ'])).join('');
const two = (n) => String(n).padStart(2, '0');

// A creditor identifier whose check digits hold (EPC262-08).
const creditor = (country) => {
  const national = { FR: () => digits(6), DE: () => `000${digits(8)}`, ES: () => `${letters(1)}${digits(8)}`, NL: () => `${digits(8)}0000`, IT: () => digits(11) }[country]?.() ?? digits(6);
  const numbers = [...`${national}${country}00`].map((c) => parseInt(c, 36)).join('');
  return `${country}${two(98 - Number(BigInt(numbers) % 97n))}ZZZ${national}`;
};

const towns = {
  fr: 'PARIS LYON MARSEILLE TOULOUSE NANTES LILLE BORDEAUX RENNES NICE STRASBOURG MONTPELLIER GRENOBLE DIJON ANGERS BREST METZ CAEN TOURS PAU ANNECY VALENCE VANNES QUIMPER|LE MANS|ST ETIENNE|CLERMONT FD|AIX EN PROV|VILLENEUVE D A|BOURG EN BRESS|MEYLAN|LAMBALLE|SAINT HERBLAI|ECULLY|OLIVET|CHOLET|BRIVE'.split('|').flatMap((part, i) => (i === 0 ? part.split(' ') : [part])),
  en: ['LONDON', 'LEEDS', 'MANCHESTER', 'BRISTOL', 'DUBLIN', 'CARDIFF', 'READING', 'CORK', 'HULL', 'WOKING', 'STOCKPORT'],
  de: ['BERLIN', 'HAMBURG', 'MUENCHEN', 'KOELN', 'BONN', 'LEIPZIG', 'DRESDEN', 'WIEN', 'KASSEL', 'MAINZ', 'ERLANGEN', 'WORMS'],
  es: ['MADRID', 'BARCELONA', 'VALENCIA', 'SEVILLA', 'BILBAO', 'MALAGA', 'VIGO', 'GETAFE', 'ELCHE'],
  nl: ['AMSTERDAM', 'UTRECHT', 'ROTTERDAM', 'GENT', 'ANTWERPEN', 'LEUVEN', 'BREDA', 'ZEIST', 'AALST'],
  it: ['MILANO', 'ROMA', 'TORINO', 'BOLOGNA', 'NAPOLI', 'FIRENZE', 'PADOVA', 'ASTI', 'LODI'],
};

// {n} name, {t} town, {d} 12/03, {D} 120326, {dd} 1203, {y} 12.03.2026, {c} four digits of a card, {6} six digits, {r} a reference, {i} a creditor identifier,
// {m} the reason
const frames = {
  fr: {
    card: ['PAIEMENT CB {dd} {n} {t}', 'CARTE {d} {n} {t}', 'CB {n} {t}', 'CARTE X{c} {d} {n}', 'FACTURE CARTE DU {D} {n} {t} CARTE 4974XXXXXXXX{c}', 'ACHAT CB {n} {d} CARTE NUMERO {c}', 'PAIEMENT PAR CARTE {n} {t} {d}', 'PAIEMENT PSC {dd} {t} {n} CARTE {6}{c}', 'PAIEMENT CB {dd} {t} {n} CARTE {6}{c}', 'CB*{c} {n}', '{n} {t}', 'CB {n} FACT {D}', 'CARTE {n} {t} FR', 'PAIEMENT SANS CONTACT {n} {t}'],
    debit: ['PRLV SEPA {n} ECH/{D} ID EMETTEUR/{i} MDT/{r} REF/{r}', 'PRLV {n}', 'PRLV SEPA {n} {r}', 'PRELEVEMENT {n} RUM {r} ICS {i}', 'PRELEVEMENT EUROPEEN {6}{c} DE: {n} ID: {i} REF: {r} MANDAT {r}', 'PRELEVEMENT SEPA {n} REF {r}', 'PRELEVEMENT DE {n}'],
    out: ['VIR SEPA {n} {m}', 'VIR INST VERS {n} {m}', 'VIREMENT EMIS {n} MOTIF {m}', 'VIREMENT A {n} {m}', 'VIR {n} {m}', 'VIR EUROPEEN EMIS LOGITEL POUR: {n} REF: {r} MOTIF: {m}'],
    in: ['VIR SEPA RECU /DE {n} /MOTIF {m} /REF {r}', 'VIREMENT DE {n} {m}', 'VIR DE {n} {m}', 'VIR RECU {6}{c} DE: {n} MOTIF: {m}', 'VIREMENT EN VOTRE FAVEUR DE {n} {m}', 'VIR INST DE {n} {m}'],
  },
  en: {
    card: ['CARD PAYMENT TO {n} ON {y}', '{n} {t} GB', 'VISA PURCHASE {n} {t}', 'DEBIT CARD {n} {d}', 'CONTACTLESS PAYMENT {n} {t}', 'POS {n} {t}', '{c} {D} , {n} {t}'],
    debit: ['DIRECT DEBIT {n} {r}', 'DIRECT DEBIT PAYMENT TO {n} REF {r}', 'DD {n}', '{n} {r} DIRECT DEBIT'],
    out: ['FASTER PAYMENT TO {n} {m}', 'STANDING ORDER TO {n} {m}', 'TRANSFER TO {n} {m}'],
    in: ['BANK TRANSFER FROM {n} {m}', '{n} {m} BGC', 'FASTER PAYMENT FROM {n} {m}'],
  },
  de: {
    card: ['KARTENZAHLUNG {n} {t}', 'GIROCARD {n}//{t}/DE', 'KARTENZAHLUNG {n} {y} KARTENNUMMER {c}', '{n} {t} DE', 'VISA {n} {t}', 'EC-KARTE {n} {t} {d}'],
    debit: ['SEPA-LASTSCHRIFT {n} MANDATSREF {r}', 'LASTSCHRIFT {n} EREF+{r} MREF+{r} CRED+{i}', 'FOLGELASTSCHRIFT {n} KD-NR {6}', 'BASISLASTSCHRIFT {n}'],
    out: ['UEBERWEISUNG {n} {m}', 'DAUERAUFTRAG {n} {m}', 'SEPA-UEBERWEISUNG {n} SVWZ+{m}'],
    in: ['GUTSCHRIFT {n} {m}', 'SEPA-GUTSCHRIFT {n} {m}', 'UEBERWEISUNG {n} SVWZ+{m}'],
  },
  es: {
    card: ['COMPRA TARJ. {c} {n} {t}', 'PAGO CON TARJETA EN {n} {t}', 'COMPRA {n} {t} {d}', 'PAGO MOVIL EN {n}', '{n} {t} ES', 'TARJETA {c} {n}'],
    debit: ['RECIBO {n} REF {r}', 'ADEUDO RECIBO {n} REF. MANDATO {r}', 'RECIBO (AD.SEPA) - {6} {n}', 'RBO. {n}'],
    out: ['TRANSFERENCIA A {n} CONCEPTO {m}', 'BIZUM A {n} {m}', 'TRANSFERENCIA INMEDIATA A {n} {m}'],
    in: ['TRANSFERENCIA DE {n} CONCEPTO {m}', 'ABONO {m} {n}', 'TRANSFERENCIA RECIBIDA DE {n} {m}'],
  },
  nl: {
    card: ['BETAALAUTOMAAT {d} {n} {t} PASVOLGNR 002', 'BEA, BETAALPAS {n},PAS{c} {t}', 'BETALING MET KAART {n} {t}', '{n} {t} NL', 'AANKOOP BANCONTACT {n} {t} {d}'],
    debit: ['SEPA INCASSO {n} MACHTIGING {r}', 'EUROPESE DOMICILIERING {n} {r}', 'INCASSO {n} KENMERK: {r}', 'NAAM: {n} MACHTIGING ID: {r} INCASSANT ID: {i}'],
    out: ['OVERSCHRIJVING NAAR {n} {m}', 'SEPA OVERBOEKING {n} OMSCHRIJVING: {m}', 'INSTANTOVERSCHRIJVING {n} {m}'],
    in: ['OVERSCHRIJVING VAN {n} {m}', 'SEPA OVERBOEKING {n} {m}'],
  },
  it: {
    card: ['PAGAMENTO POS {n} {t}', 'PAGAMENTO CARTA {c} {n} {t}', 'ACQUISTO POS {d} {n} {t}', 'OPERAZIONE CARTA {n} {t}', '{n} {t} IT'],
    debit: ['ADDEBITO SDD {n} MANDATO {r}', 'ADDEBITO DIRETTO {n} {r}', 'ADDEBITO SEPA DD {n} {i}', 'SDD {n}'],
    out: ['BONIFICO A FAVORE DI {n} {m}', 'BONIFICO A {n} CAUSALE {m}', 'BONIFICO ISTANTANEO A {n} {m}'],
    in: ['BONIFICO DA {n} CAUSALE {m}', 'ACCREDITO {m} {n}', 'BONIFICO A VOSTRO FAVORE {n} {m}'],
  },
};
// Lines for each merchant: so that six in ten are French, and that many have several.
const lines = { fr: [1, 2, 2, 3], en: [1, 1, 2], de: [1, 1, 2, 2], es: [1, 1, 2, 2], nl: [1, 1, 2, 2], it: [1, 1, 2, 2] };

const fill = (frame, language, name, reason) => {
  const [day, month] = [two(1 + Math.floor(random() * 28)), two(1 + Math.floor(random() * 12))];
  const values = { n: name, m: reason, t: pick(towns[language]), d: `${day}/${month}`, D: `${day}${month}26`, dd: `${day}${month}`, y: `${day}-${month}-2026`, c: digits(4), 6: digits(6) };
  return frame
    .replace(/\{(\w+)\}/g, (_, key) => (key === 'r' ? `${letters(2)}${digits(8)}` : key === 'i' ? creditor({ en: 'GB' }[language] ?? language.toUpperCase()) : values[key]))
    .replace(/ (MOTIF:?|CONCEPTO|CAUSALE|OMSCHRIJVING:)\s*$|\/MOTIF +(?=\/)/, '').replace(/ +/g, ' ').trim();
};
// Of one merchant in two countries the label is another, the merchant is not.
const merchantOf = (name) => name.replace(/[.*](COM|DE|ES|IT|NL|FR)\b.*/, '').replace(/ (FRANCE|ITALIA|GB|UK|DEUTSCHLAND|GMBH|SA|SAS|SPA|LTD|SE|AG)$/, '').replace(/[^A-Z0-9]/g, '').replace(/^MCDO$/, 'MCDONALDS');

const rows = new Set();
let header;
for (const line of readFileSync('bench/labels/merchants.txt', 'utf8').split('\n')) {
  if (line.startsWith('#')) {
    const [, language, means, category] = line.split(' ');
    header = { language, means, category: category.replace('+', ''), sign: means === 'in' || category.startsWith('+') ? '+' : '-' };
  } else if (line !== '' && !line.startsWith('!')) {
    const { language, means, category, sign } = header;
    for (const entry of line.split(means === 'raw' ? '|' : ',').map((part) => part.trim()).filter((part) => part !== '')) {
      const [names, reason = ''] = means === 'raw' ? [entry] : entry.split('~');
      const spellings = means === 'raw' ? [entry] : names.split('/');
      const count = means === 'raw' ? 1 : Math.max(pick(lines[language]), Math.min(3, spellings.length));
      for (let i = 0; i < count; i++) {
        const label = means === 'raw' ? entry : fill(pick(frames[language][means]), language, spellings[i % spellings.length], reason);
        rows.add([language, merchantOf(spellings[0]), category, sign, label].join('\t'));
      }
    }
  }
}
writeFileSync('bench/labels/labels.tsv', `language\tmerchant\tcategory\tsign\tlabel\n${[...rows].join('\n')}\n`);
