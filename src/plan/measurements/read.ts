/** Reads measured attempts line by line, in whichever format they are: CSV, NDJSON, HAR or OTLP JSON. */

import {PlanInputError} from '../input-error.ts';
import {CsvLines} from './csv.ts';
import {documentMeasurements} from './documents.ts';
import {FieldNames} from './fields.ts';
import {LineSplitter} from './line-splitter.ts';
import {type Measured, Measurements} from './measurements.ts';

/**
 * Reads until the text ends. The first line that is not empty decides the format: a JSON value for each line, the start of one JSON
 * document, or CSV.
 *
 * @param chunks The text, in chunks of any size.
 * @param name   Of the source, for messages.
 * @throws PlanInputError if the text is in no such format, if a status cannot be read, or if no record has a duration.
 */
export async function readMeasurements(chunks: AsyncIterable<string>, name: string): Promise<Measurements> {
  const found = new Measurements();
  let reader: LineReader | undefined;
  let number = 0;
  const lines = new LineSplitter(line => {
    number++;
    if (line.trim() === '') return;
    reader ??= readerFor(line, found, name);
    located(`${name}, line ${number}`, () => reader!.line(line));
  });
  for await (const chunk of chunks) lines.feed(chunk);
  lines.end();
  reader?.end();
  found.settle();
  if (found.count === 0 && found.skipped > 0)
    throw new PlanInputError(
      `${name}: none of the ${found.skipped} records has a duration, such as "ms": 180 or "latency_ms": "180".`,
    );
  return found;
}

/** Says where the text is that a message is about. */
function located<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof PlanInputError ? new PlanInputError(`${where}: ${error.message}`) : error;
  }
}

interface LineReader {
  line(text: string): void;
  end(): void;
}

function readerFor(first: string, found: Measurements, name: string): LineReader {
  if (!/^\uFEFF?\s*[{[]/.test(first)) return csvReader(found);
  return parsed(first) === undefined ? documentReader(found, name) : jsonLinesReader(found);
}

function csvReader(found: Measurements): LineReader {
  const csv = new CsvLines();
  return {
    line(text) {
      const {measured, isNames} = csv.read(text.replace(/^\uFEFF/, ''));
      if (!isNames) add(found, measured);
    },
    end() {},
  };
}

/** A line may also be a whole document, as the file exporter of the OpenTelemetry collector writes them. */
function jsonLinesReader(found: Measurements): LineReader {
  const names = new FieldNames();
  return {
    line(text) {
      const value = parsed(text);
      const documents = documentMeasurements(value);
      if (documents !== undefined) addAll(found, documents);
      else if (Array.isArray(value)) addRecords(found, value, names);
      else add(found, names.measured(value));
    },
    end() {},
  };
}

function documentReader(found: Measurements, name: string): LineReader {
  const texts: string[] = [];
  return {
    line(text) {
      texts.push(text);
    },
    end() {
      const value = parsed(texts.join('\n'));
      const documents = located(name, () => documentMeasurements(value));
      if (documents !== undefined) located(name, () => addAll(found, documents));
      else if (Array.isArray(value)) located(name, () => addRecords(found, value, new FieldNames()));
      else throw new PlanInputError(`${name} is neither HAR, nor OTLP JSON, nor a JSON value for each line.`);
    },
  };
}

function addAll(found: Measurements, all: readonly Measured[]): void {
  for (const measured of all) found.add(measured);
}

function addRecords(found: Measurements, records: readonly unknown[], names: FieldNames): void {
  for (const [index, record] of records.entries())
    located(`record ${index + 1}`, () => add(found, names.measured(record)));
}

function add(found: Measurements, measured: Measured | undefined): void {
  if (measured === undefined) found.skipped++;
  else found.add(measured);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
