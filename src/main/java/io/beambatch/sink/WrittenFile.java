package io.beambatch.sink;

import io.beambatch.result.ResultFile;
import org.apache.beam.sdk.coders.DefaultCoder;

/**
 * A file that the run has delivered.
 *
 * @param kind whether its documents were answered
 * @param shard the result file's
 * @param path of the file
 * @param documents how many were written to it
 */
@DefaultCoder(WrittenFileCoder.class)
public record WrittenFile(ResultFile.Kind kind, String shard, String path, long documents) {}
