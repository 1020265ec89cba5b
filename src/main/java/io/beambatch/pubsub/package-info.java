/**
 * The Pub/Sub connector: checks of subscriptions and topics, messages as documents, documents as
 * messages. Start with {@link io.beambatch.pubsub.SubscriptionSourceReader} and {@link
 * io.beambatch.pubsub.TopicDestinationWriter}; the only other class used outside is {@link
 * io.beambatch.pubsub.PubSubException}.
 *
 * <p>Beam's {@code PubsubIO} is not used for reading: some runners acknowledge a message while it
 * is only in memory. An inbox in the run's folder stores messages first.
 */
@NullMarked
package io.beambatch.pubsub;

import org.jspecify.annotations.NullMarked;
