package io.beambatch.result;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.LineUses;
import io.beambatch.json.JsonSlice;
import io.beambatch.json.LineReader;
import io.beambatch.provider.ResultFormat;
import io.beambatch.provider.ResultLine;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Locates the result of each of a chunk's requests in the downloaded results. It takes some sixteen
 * bytes a request, whatever the length of the lines. Requests are numbered over the chunk's parts,
 * from 0, without the lines that were not sent.
 */
final class ResultIndex {
  private static final Logger LOG = LoggerFactory.getLogger(ResultIndex.class);
  private static final int NAMED_UNKNOWN = 5;
  private static final int NONE = -1;
  private static final int TOO_LONG = -2;

  private final Chunk chunk;
  private final Map<String, Integer> partNumbers = new HashMap<>();
  private final int[] firstRequests;

  /**
   * For each part, the lines that were sent, ascending. A canary has lines of all parts of a run,
   * so nothing may be held for the others.
   */
  private final List<int[]> sent = new ArrayList<>();

  private final long[] offsets;
  private final int[] lengths;
  private long unknown;
  private long duplicates;

  private ResultIndex(Chunk chunk, RunFolder folder) throws IOException {
    this.chunk = chunk;
    firstRequests = new int[chunk.parts().size()];
    int first = 0;
    for (int i = 0; i < firstRequests.length; i++) {
      partNumbers.put(chunk.parts().get(i).name(), i);
      firstRequests[i] = first;
      sent.add(LineUses.of(chunk.parts().get(i), folder).sentLines());
      first += chunk.parts().get(i).requests();
    }
    offsets = new long[first];
    lengths = new int[first];
    Arrays.fill(offsets, NONE);
  }

  /**
   * Reads all lines of the results. Of several lines with the same custom_id, an answer takes
   * precedence over an error, and otherwise the first line counts.
   */
  static ResultIndex of(
      Chunk chunk, RunFolder folder, DownloadedResults results, ResultFormat format)
      throws IOException {
    ResultIndex index = new ResultIndex(chunk, folder);
    try (LineReader lines = results.lines()) {
      while (lines.next()) {
        if (!lines.blank()) {
          if (lines.tooLong()) {
            index.addTooLong(lines.slice(), format);
          } else {
            index.add(lines.slice(), lines.offset(), results, format);
          }
        }
      }
    }
    return index;
  }

  /** The result line of a request, valid until the next call; null if there is none. */
  @Nullable JsonSlice find(int request, DownloadedResults results) throws IOException {
    return offsets[request] < 0 ? null : results.line(offsets[request], lengths[request]);
  }

  /** Returns whether the only result line of a request is too long to be read. */
  boolean isTooLong(int request) {
    return offsets[request] == TOO_LONG;
  }

  /** Returns whether no request has a line. */
  boolean isEmpty() {
    return Arrays.stream(offsets).allMatch(offset -> offset == NONE);
  }

  /** Lines that belong to none of the chunk's requests, or can't be read. */
  long unknown() {
    return unknown;
  }

  /** Lines with a repeated custom_id. */
  long duplicates() {
    return duplicates;
  }

  /** Counts a line that {@link #find} returned and that proved not to be well-formed. */
  void unreadable(String customId) {
    reportUnknown(customId);
  }

  private void add(JsonSlice line, long offset, DownloadedResults results, ResultFormat format)
      throws IOException {
    String customId = format.customId(line);
    int request = customId == null ? NONE : request(customId);
    if (request == NONE) {
      reportUnknown(customId);
      return;
    }
    if (offsets[request] < 0) {
      put(request, offset, line.length());
      return;
    }
    int worth = worth(line, format);
    int worthBefore = worth(results.line(offsets[request], lengths[request]), format);
    if (worth > worthBefore) {
      put(request, offset, line.length());
    }
    if (worth == 0 || worthBefore == 0) {
      reportUnknown(customId);
    } else {
      duplicates++;
    }
  }

  private void addTooLong(JsonSlice beginning, ResultFormat format) throws IOException {
    String customId = format.customId(beginning);
    int request = customId == null ? NONE : request(customId);
    if (request == NONE) {
      reportUnknown(customId);
    } else if (offsets[request] == NONE) {
      offsets[request] = TOO_LONG;
    } else {
      duplicates++;
    }
  }

  private void put(int request, long offset, int length) {
    offsets[request] = offset;
    lengths[request] = length;
  }

  private static int worth(JsonSlice line, ResultFormat format) throws IOException {
    ResultLine read = format.read(line);
    if (read == null) {
      return 0;
    }
    return read.charged() ? 2 : 1;
  }

  /** The request that a custom_id identifies, or {@link #NONE}. */
  private int request(String customId) {
    int dash = customId.lastIndexOf('-');
    int digits = customId.length() - dash - 1;
    if (dash < 0 || digits == 0 || digits > 9 || (digits > 1 && customId.charAt(dash + 1) == '0')) {
      return NONE;
    }
    Integer part = partNumbers.get(customId.substring(0, dash));
    if (part == null) {
      return NONE;
    }
    int line = 0;
    for (int i = dash + 1; i < customId.length(); i++) {
      int digit = customId.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return NONE;
      }
      line = 10 * line + digit;
    }
    int number = Arrays.binarySearch(sent.get(part), line);
    return number >= 0 ? firstRequests[part] + number : NONE;
  }

  private void reportUnknown(@Nullable String customId) {
    unknown++;
    if (unknown <= NAMED_UNKNOWN) {
      // A custom_id of another form may be anything, so it is not quoted.
      boolean plain = customId != null && customId.matches("[A-Za-z0-9_-]{1,64}");
      LOG.warn(
          "Chunk {}: a result line with {} is ignored",
          chunk.id(),
          plain ? "unexpected custom_id " + customId : "no readable custom_id");
    }
  }
}
