/** Launching on Dataflow: the templates' parameters, the programs that they start, the key. */
@NullMarked
package io.beambatch.template;

import org.jspecify.annotations.NullMarked;
