package io.beambatch.result;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.document.FailureReason;
import io.beambatch.json.JsonSlice;
import io.beambatch.result.LineJudge.Sending;
import io.beambatch.storage.RunFolder;
import java.io.IOException;

/** Goes through a chunk's documents in their order, and finds out what becomes of each. */
final class ChunkWalk {
  private final AwaitedChunk awaited;
  private final RunFolder folder;
  private final LineJudge judge;
  private final AbsenceJudge absenceJudge;
  private final ResultLine.Reader reader;
  private final ResultIndex index;
  private final Spool spool;

  ChunkWalk(
      AwaitedChunk awaited,
      RunFolder folder,
      LineJudge judge,
      ResultLine.Reader reader,
      ResultIndex index,
      Spool spool) {
    this.awaited = awaited;
    this.folder = folder;
    this.judge = judge;
    this.absenceJudge = new AbsenceJudge(awaited);
    this.reader = reader;
    this.index = index;
    this.spool = spool;
  }

  void walk(ChunkOutcome outcome) throws IOException {
    Chunk chunk = awaited.chunk();
    int request = 0;
    for (Part part : chunk.parts()) {
      try (PartReader documents = new PartReader(chunk.id(), part, folder)) {
        while (documents.next()) {
          one(part, documents, request, outcome);
          request++;
        }
      }
    }
  }

  /** It was answered and paid: to send it again would bring the same. */
  private static Judgement tooLong(Sending sending) {
    return new Judgement.Failed(
        sending.failure(
            FailureReason.INVALID_ANSWER,
            "its result line has more than "
                + Spool.LONGEST_LINE
                + " bytes, too many to be read; give Java more memory (-Xmx), or ask for less in"
                + " one request",
            null,
            null));
  }

  private void one(Part part, PartReader documents, int request, ChunkOutcome outcome)
      throws IOException {
    Sending sending =
        new Sending(
            awaited.batchId() == null ? awaited.chunk().attempt() - 1 : awaited.chunk().attempt(),
            awaited.batchId(),
            part.name() + "-" + documents.line());
    JsonSlice found = index.find(request, spool);
    ResultLine line = found == null ? null : reader.read(found);
    if (line == null) {
      if (found != null) {
        index.illegible(sending.customId());
      }
      Judgement judgement =
          index.isTooLong(request) ? tooLong(sending) : absenceJudge.judge(request, sending);
      outcome.add(part, documents, judgement, null, sending);
    } else {
      Judgement judgement = judge.judge(line, sending, documents::request);
      outcome.add(part, documents, judgement, line, sending);
    }
  }
}
