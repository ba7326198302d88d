// A file of results that ran elsewhere: what its columns are, confirmed by who knows them, and the same analysis.
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { Button, DropZone, FileTrigger } from 'react-aria-components';
import { ask, askJson } from '../api/client';
import type { Analysis, UploadedFile } from '../api/types';
import { useKept } from '../kept';
import { AnalysisView } from '../parts/analysis_view';
import { FileColumns, type FileRequest } from '../parts/file_columns';
import { ErrorBox } from '../parts/states';
import { bytes } from '../text/time';

const kMostBytes = 64_000_000;

interface Result {
  request: FileRequest;
  analysis: Analysis;
}

function Choose({ onFile, busy }: { onFile: (file: File) => void; busy: boolean }): ReactNode {
  return (
    <DropZone
      className="drop"
      onDrop={(event) => {
        const item = event.items.find((one) => one.kind === 'file');
        if (item?.kind === 'file') void item.getFile().then(onFile);
      }}
    >
      <p>{busy ? 'Reading …' : 'Drop a file here, or'}</p>
      <FileTrigger acceptedFileTypes={['.csv', '.tsv', '.jsonl', '.ndjson', '.parquet', '.gz', '.zst', '.txt']} onSelect={(files) => files?.[0] && onFile(files[0])}>
        <Button className="button primary" isDisabled={busy}>
          Choose a file
        </Button>
      </FileTrigger>
      <p className="muted small-print">CSV, TSV, JSON Lines or Parquet, text also compressed with gzip or zstd; one row per unit, up to {bytes(kMostBytes)}. It stays on your server, for an hour.</p>
    </DropZone>
  );
}

/** The browser's own way to save: a link that is pressed once. */
function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function Downloads({ file, request, onError }: { file: UploadedFile; request: FileRequest; onError: (error: unknown) => void }): ReactNode {
  const download = (format: 'html' | 'json') => (): void => {
    ask(`/api/v1/files/${encodeURIComponent(file.id)}/analysis?format=${format}`, { method: 'POST', json: request })
      .then(async (response) => save(await response.blob(), `${file.name}.${format}`))
      .catch(onError);
  };
  return (
    <div className="choices">
      <Button className="button" onPress={download('html')}>
        Save as HTML report
      </Button>
      <Button className="button" onPress={download('json')}>
        Save as JSON
      </Button>
    </div>
  );
}

/** Where the result begins: scrolled to and given the focus when it is new. */
function ResultHead({ file, isNew, onSeen }: { file: UploadedFile; isNew: boolean; onSeen: () => void }): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isNew) return;
    heading.current?.scrollIntoView({ block: 'start' });
    heading.current?.focus({ preventScroll: true });
    onSeen();
  }, [isNew, onSeen]);
  return (
    <h2 ref={heading} tabIndex={-1} className="result-head">
      The result of <bdi>{file.name}</bdi>
    </h2>
  );
}

export function FilePage(): ReactNode {
  const [file, setFile] = useKept<UploadedFile | null>('file', null);
  const [result, setResult] = useKept<Result | null>('file result', null);
  const [areColumnsOpen, setColumnsOpen] = useKept('file columns open', true);
  const [isNew, setNew] = useState(false);
  const [failed, setFailed] = useState<{ doing: string; error: unknown } | null>(null);
  const [busy, setBusy] = useState(false);
  const onSeen = useCallback(() => setNew(false), []);
  const run = (doing: string, work: () => Promise<void>): void => {
    setBusy(true);
    setFailed(null);
    work()
      .catch((error: unknown) => setFailed({ doing, error }))
      .finally(() => setBusy(false));
  };
  const upload = (chosen: File): void =>
    run('Reading the file', async () => {
      setResult(null);
      setFile(null);
      setFile(await askJson<UploadedFile>(`/api/v1/files?name=${encodeURIComponent(chosen.name)}`, { method: 'POST', body: chosen }));
      setColumnsOpen(true);
    });
  const analyse = (request: FileRequest): void =>
    run('The analysis', async () => {
      if (!file) return;
      const analysis = await askJson<Analysis>(`/api/v1/files/${encodeURIComponent(file.id)}/analysis?format=json`, { method: 'POST', json: request });
      setResult({ request, analysis });
      setColumnsOpen(false);
      setNew(true);
    });
  return (
    <>
      <h1>Analyse a file</h1>
      <Choose onFile={upload} busy={busy} />
      {failed && <ErrorBox error={failed.error} doing={failed.doing} />}
      {file && <FileColumns key={file.id} file={file} busy={busy} isOpen={areColumnsOpen} onOpen={setColumnsOpen} onAnalyse={analyse} />}
      {file && result && (
        <>
          <div className="title-line">
            <ResultHead file={file} isNew={isNew} onSeen={onSeen} />
            <Downloads file={file} request={result.request} onError={(error) => setFailed({ doing: 'Saving', error })} />
          </div>
          <AnalysisView analysis={result.analysis} />
        </>
      )}
    </>
  );
}
