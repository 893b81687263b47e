import { gzipSync } from "node:zlib";

/** An invented shop's own files: German, semicolons, decimal commas, windows-1252, dates as people write them. */
export const GERMAN_MAPPING = `
version: 1
name: Werkzeughaus Nord
currency: EUR
sources:
  artikel: { files: artikel_*.csv.gz, delimiter: ";", encoding: windows-1252 }
  texte: { files: texte.jsonl }
  bestand: { files: bestand.csv, delimiter: ";", quote: "'", encoding: windows-1252 }
  kunden: { files: kunden.csv, delimiter: ";", encoding: windows-1252 }
  bestellungen: { files: bestellungen.csv, delimiter: ";" }
lookups:
  status: { "J": ACTIVE, "N": ARCHIVED }
  land: { Deutschland: DE, Österreich: AT }
attributes:
  farbe: { name: Farbe, variant: true, filterable: true }
  leistung: { name: Leistung, type: number, unit: W }
imports:
  - entity: product
    from: artikel
    group: { by: Gruppe }
    fields:
      externalRef: Gruppe
      name: { column: Bezeichnung, transforms: [collapse] }
      status: { column: Lieferbar, transforms: [{ lookup: status }] }
      brand: Hersteller
      categories: { column: Warengruppe, transforms: [{ split: ">" }, trim, { join: "/" }] }
      attributes: { map: { leistung: { column: "Leistung (W)", transforms: [number: { decimal: "," }] } } }
      descriptionHtml: { join: { source: texte, on: Gruppe, key: nr, take: text.lang }, transforms: [textToHtml] }
      variant.sku: Artikelnr
      variant.options: { map: { farbe: Farbe } }
      variant.price: { column: Preis, transforms: [money: { decimal: "," }] }
  - entity: stock
    from: bestand
    where: { not: { column: Lager, is: GESPERRT } }
    fields: { sku: Nr, quantity: { column: Menge, transforms: [number: { decimal: "," }] } }
  - entity: customer
    from: kunden
    fields:
      externalRef: { template: "N-{Kundennr}" }
      email: { column: E-Mail, transforms: [trim, lower] }
      name: { template: "{Vorname} {Nachname}", transforms: [collapse] }
      country: { column: Land, transforms: [{ lookup: land }] }
      emailVerified: { column: bestätigt, transforms: [{ lookup: { table: { ja: true, nein: false } } }] }
      address.name: { template: "{Vorname} {Nachname}" }
      address.line1: Straße
      address.postalCode: PLZ
      address.city: Ort
      address.country: { column: Land, transforms: [{ lookup: land }] }
      address.region: Bundesland
      address.phone: Telefon
  - entity: order
    from: bestellungen
    fields:
      number: Bestellnr
      placedAt: { column: Datum, transforms: [date: { format: dd.MM.yyyy HH:mm, zone: "+01:00" }] }
      customerRef: { column: Kunde, transforms: [{ wrap: "N-{}" }] }
      country: { constant: DE }
      shipping: { column: Versand, transforms: [money: { decimal: "," }] }
      total: { column: Summe, transforms: [money: { decimal: "," }] }
      line.sku: Artikelnr
      line.quantity: Anzahl
      line.unitPrice: { column: Einzelpreis, transforms: [money: { decimal: "," }] }
`;

const latin = (lines: readonly string[]) => Buffer.from(`${lines.join("\r\n")}\r\n`.replaceAll("€", "\u0080"), "latin1");

export const GERMAN_FILES: Readonly<Record<string, string | Uint8Array>> = {
  "artikel_2024.csv.gz": gzipSync(latin([
    "Gruppe;Artikelnr;Bezeichnung;Lieferbar;Hersteller;Warengruppe;Leistung (W);Farbe;Preis",
    "B100;B100-R;Bohrmaschine  \"Größe L\";J;Müller & Söhne;Werkzeug > Elektro;1.250,5;rot;1.299,00 €",
    "B100;B100-B;Bohrmaschine;J;Müller & Söhne;Werkzeug > Elektro;1.250,5;blau;1.299,00 €",
    "S7;S7;\"Säge; \"\"fein\"\"\";N;Müller & Söhne;Werkzeug;;;19,9",
    "X1;X1;Falsch;vielleicht;Müller & Söhne;Werkzeug;;;5,00",
    "X2;X2;Auch falsch;J;Müller & Söhne;Werkzeug;;;5.0,00",
    "X3;X3;Dollar;J;Müller & Söhne;Werkzeug;;;5,00 USD",
  ])),
  "texte.jsonl": `${JSON.stringify({ nr: "B100", text: { lang: "Bohrt.\n\nSehr <script>alert(1)</script> gut." } })}\n`,
  "bestand.csv": latin(["Nr;Lager;Menge", "B100-R;HH;12", "B100-B;'HH';1.200", "S7;GESPERRT;5", "S7;HH;-3"]),
  "kunden.csv": latin([
    "Kundennr;Vorname;Nachname;E-Mail;Land;bestätigt;Straße;PLZ;Ort;Bundesland;Telefon",
    "1;Jörg;Weiß;JOERG@example.test;Deutschland;ja;Süderstraße 1;20537;Hamburg;Hamburg;+49 40 1",
    "2;Eva;Groß;eva@example.test;Österreich;nein;Ring 2;1010;Wien;;",
    "3;Otto;Kein;keine-adresse;Deutschland;ja;Weg 3;10115;Berlin;;",
    "1;Jörg;Zwei;j2@example.test;Deutschland;ja;Weg 4;10115;Berlin;;",
    "5;Ada;Lovelace;ada@example.test;Deutschland;nein;Weg 5;10115;Berlin;Berlin;"
  ]),
  "bestellungen.csv": [
    "Bestellnr;Datum;Kunde;Artikelnr;Anzahl;Einzelpreis;Versand;Summe",
    "A-1;05.03.2011 09:30;1;B100-R;1;1.299,00;4,90;1.323,80", "A-1;05.03.2011 09:30;1;S7;1;19,90;;", "A-2;31.02.2011 10:00;1;S7;1;19,90;;",
    "A-3;06.03.2011 10:00;1;S7;2;19,90;;99,00", "A-4;06.03.2011 10:00;77;S7;1;19,90;;", "A-5;06.03.2011 10:00;2;FEHLT;1;19,90;;", "A-6;07.03.2011 23:30;2;S7;3;6,635;0;19,90", "",
  ].join("\n"),
};
