/** Files by path, local or {@code gs://}. */
@NullMarked
package io.beambatch.storage;

import org.jspecify.annotations.NullMarked;
