/**
 * Pub/Sub, whole: checks of subscriptions and topics, messages as documents, documents as messages.
 * Start at {@link io.beambatch.pubsub.SubscriptionSourceReader} and {@link
 * io.beambatch.pubsub.TopicDestinationWriter}; nothing else is known outside, but {@link
 * io.beambatch.pubsub.PubSubException}.
 *
 * <p>Beam's {@code PubsubIO} doesn't read messages here: some runners acknowledge one while it is
 * only in memory. An inbox in the run's folder takes them first.
 */
@NullMarked
package io.beambatch.pubsub;

import org.jspecify.annotations.NullMarked;
