/**
 * Files by path, on local disk or in Google Cloud Storage, and the layout of a run's folder.
 *
 * <p>Input: a path. Output: streams, lists, and errors that say what to do. A file is durable once
 * its stream is closed. Start with {@link io.beambatch.storage.Storage} for files, and with {@link
 * io.beambatch.storage.RunFolder} for the names of a run's files.
 */
@NullMarked
package io.beambatch.storage;

import org.jspecify.annotations.NullMarked;
