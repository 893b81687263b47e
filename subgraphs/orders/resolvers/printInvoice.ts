import PDFDocument from "pdfkit";
import type { InvoiceDocument } from "../domain/afterSale/invoice.ts";

const MARGIN = 50;
const WIDTH = 495;
const BOTTOM = 770;
const COLUMNS = [{ x: 0, width: 80 }, { x: 85, width: 210 }, { x: 300, width: 45 }, { x: 350, width: 70 }, { x: 425, width: 70 }] as const;

/**
 * A document as a PDF (A4, one or more pages). The same document gives the same bytes: its dates are those of the document, nothing
 * is random. Letters beyond Latin-1 are shown as `?`: the standard fonts have no others.
 */
export async function printInvoice(document: InvoiceDocument): Promise<Buffer> {
  const issued = new Date(`${document.issuedOn}T00:00:00Z`);
  const pdf = new PDFDocument({ size: "A4", margin: MARGIN, compress: false, info: { Title: `${document.title} ${document.number}`, Creator: "Martgraph", Producer: "Martgraph", CreationDate: issued, ModDate: issued } });
  // The file's id is a digest of its information, which holds no clock: see CreationDate.
  const parts: Buffer[] = [];
  pdf.on("data", (part: Buffer) => parts.push(part));
  const ended = new Promise<void>((resolve, reject) => { pdf.on("end", resolve); pdf.on("error", reject); });
  draw(pdf, document);
  pdf.end();
  await ended;
  return Buffer.concat(parts);
}

const latin = (text: string) => text.replace(/[^\u0020-\u007e\u00a0-\u00ff]/g, "?");

function draw(pdf: PDFKit.PDFDocument, document: InvoiceDocument): void {
  let y = MARGIN;
  const put = (text: string, x: number, width: number, align: "left" | "right" = "left") => { pdf.text(latin(text), MARGIN + x, y, { width, align, lineBreak: false, ellipsis: true, height: 12 }); };
  const next = (step = 14) => {
    y += step;
    if (y <= BOTTOM) return;
    pdf.addPage();
    y = MARGIN;
  };
  pdf.font("Helvetica-Bold").fontSize(18);
  put(`${document.title} ${document.number}`, 0, WIDTH);
  next(28);
  pdf.font("Helvetica").fontSize(9);
  const heads = [`Date: ${document.issuedOn}`, `Order: ${document.orderNumber} of ${document.placedOn}`];
  for (let row = 0; row < Math.max(document.seller.length, document.buyer.length, heads.length); row += 1) {
    put(document.seller[row] ?? "", 0, 160);
    put(document.buyer[row] ?? "", 170, 160);
    put(heads[row] ?? "", 335, 160, "right");
    next();
  }
  next();
  const row = (cells: readonly string[]) => {
    for (const [index, column] of COLUMNS.entries()) put(cells[index] ?? "", column.x, column.width, index < 2 ? "left" : "right");
    next();
  };
  pdf.font("Helvetica-Bold");
  row(["Article", "Name", "Units", "Price", `Amount ${document.currency}`]);
  pdf.font("Helvetica");
  for (const line of document.lines) row([line.code, line.name, line.quantity, line.unitPrice, line.amount]);
  next();
  for (const { label, amount } of document.totals) row(["", label, "", "", amount]);
  if (document.taxes.length > 0) {
    next();
    pdf.font("Helvetica-Bold");
    row(["Tax", "", "Rate", "Of", "Tax"]);
    pdf.font("Helvetica");
    for (const tax of document.taxes) row([tax.name, tax.isIncluded ? "contained in the prices" : "added to the prices", `${tax.rate} %`, tax.base, tax.tax]);
  }
  next();
  for (const payment of document.payments) { put(payment, 0, WIDTH); next(); }
}
