/**
 * Files by path, on local disk or in Google Cloud Storage, and the layout of a run's folder. In: a
 * path. Out: streams, lists, and errors that say what to do. What was written is safe once its
 * stream is closed. Start at {@link io.beambatch.storage.Storage} for files, and at {@link
 * io.beambatch.storage.RunFolder} for the names of those that a run keeps.
 */
@NullMarked
package io.beambatch.storage;

import org.jspecify.annotations.NullMarked;
