/** Reads measured attempts line by line, in whichever format they are: CSV, NDJSON, HAR or OTLP JSON. */

import {PlanInputError} from '../input-error.ts';
import {CsvLines} from './csv.ts';
import {documentMeasurements} from './documents.ts';
import {measuredOf} from './fields.ts';
import {LineSplitter} from './line-splitter.ts';
import {type Measured, Measurements} from './measurements.ts';

/**
 * Reads until the text ends. The first line that is not empty decides the format: a JSON value for each line, the start of one JSON
 * document, or CSV.
 *
 * @param chunks The text, in chunks of any size.
 * @param name   Of the source, for messages.
 * @throws PlanInputError if a JSON document is neither HAR nor OTLP.
 */
export async function readMeasurements(chunks: AsyncIterable<string>, name: string): Promise<Measurements> {
  const found = new Measurements();
  let reader: LineReader | undefined;
  const lines = new LineSplitter(line => {
    if (line.trim() === '') return;
    reader ??= readerFor(line, found, name);
    reader.line(line);
  });
  for await (const chunk of chunks) lines.feed(chunk);
  lines.end();
  reader?.end();
  return found;
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
  return {
    line(text) {
      const value = parsed(text);
      const documents = documentMeasurements(value);
      if (documents === undefined) add(found, measuredOf(value));
      else for (const measured of documents) found.add(measured);
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
      const measurements =
        documentMeasurements(value) ?? (Array.isArray(value) ? value.map(record => measuredOf(record)) : undefined);
      if (measurements === undefined)
        throw new PlanInputError(`${name} is neither HAR, nor OTLP JSON, nor a JSON value for each line.`);
      for (const measured of measurements) add(found, measured);
    },
  };
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
