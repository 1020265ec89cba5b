/** Joins the results of ended batches onto their documents. */
package io.beambatch.result;
