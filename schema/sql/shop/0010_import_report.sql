-- What an import read and what became of every line. A line is in exactly one of the three: the equation is a constraint.
create table platform.import_reports (
  id uuid primary key default uuidv7(),
  source text not null,
  lines_read bigint not null,
  lines_loaded bigint not null,
  lines_rejected bigint not null,
  -- lines of a file that an earlier file holds too
  lines_overlap bigint not null,
  -- lines per class, e.g. {"loaded": {"SALE": 1}, "rejected": {"NEGATIVE_PRICE": 1}}
  classes jsonb not null,
  -- [{"name", "sha256", "lines", "overlap", "firstInvoiceAt", "lastInvoiceAt"}]
  files jsonb not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint every_line_accounted_for check (lines_read = lines_loaded + lines_rejected + lines_overlap)
);

create table platform.import_rejections (
  report_id uuid not null references platform.import_reports (id),
  file text not null,
  -- 1 is the header
  line bigint not null,
  reason text not null,
  -- the line's columns as they were read
  content jsonb not null,
  primary key (report_id, file, line)
);
