/** LLM batch jobs over data, as an Apache Beam pipeline. */
@NullMarked
package io.beambatch;

import org.jspecify.annotations.NullMarked;
