/** Files by path, local or {@code gs://}. */
package io.beambatch.storage;
