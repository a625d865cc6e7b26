/**
 * The command {@code bench}: how fast everything is on this machine.
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li><b>Ratios within one run.</b> A claim about speed is a quotient of two times that one run
 *       of {@code bench} took on one machine; times of two machines, or of two days, are not
 *       compared. What is compared is measured in turns ({@link org.vocabeam.bench.Chunks}).
 *   <li><b>The real commands are timed.</b> Rounds, ingest and embed are the launcher's own
 *       commands on synthetic images; nothing is rebuilt here that could be faster than what people
 *       run. So their times hold the start-up of a pipeline, and that stands beside them.
 *   <li><b>TensorFlow's share is the time of the same step with its inputs ready</b> ({@link
 *       org.vocabeam.models.training.Trainer#ready}): batches, drawn parameters, copies into
 *       TensorFlow's memory, reading, and the rounds are all the engine's.
 *   <li><b>The decoder is timed by the CPU time of one thread</b>, which other work on the machine
 *       hardly changes, and so are Pillow and torchvision, in a process of their own.
 *   <li><b>The line that feeds a network is timed alone and in a run.</b> Alone, by the second and
 *       by the second of CPU time; in a run, by the share of time that steps waited for images.
 *   <li><b>Rounds are timed from last step to last step</b>, of the second round and the third: the
 *       end of one, the start of the next and its steps. The first round starts the runner and
 *       loads the program, once in a run; its start-up is a number of its own.
 *   <li><b>K-means is timed without its store</b>, as a share of the largest matrix product of the
 *       same run. {@code quality/experiments/kmeans.py} times scikit-learn and faiss on the same
 *       shapes; run the two in turns.
 *   <li><b>Memory is that of processes.</b> Every size of data set is ingested and trained on in a
 *       JVM of its own with a fixed heap; what counts is the peak resident size, TensorFlow's
 *       memory included.
 *   <li><b>Nothing is taken away</b>: no outliers, no numbers below 0 %. A busy machine is named as
 *       such in the result.
 * </ul>
 */
package org.vocabeam.bench;
