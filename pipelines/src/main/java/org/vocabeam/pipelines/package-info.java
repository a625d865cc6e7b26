/**
 * The command line: {@link org.vocabeam.pipelines.Vocabeam} and the packages below it, each of
 * which knows only those under it.
 *
 * <pre>
 *   Vocabeam    main
 *     command   one class per command: options to objects, run, print the result
 *     options   groups of options, one place per option
 *     registry  models of a growing data set: gate, schedule, retraining
 *     compare   several methods on the same images: plan, table, page
 *     run       training runs of many rounds: pre-training, generations of BoWNet, fine-tuning
 *     stage     one pipeline run from stores to a store
 *     lock      one process at a time on a registry or an output
 *     inputs    what a run reads: images, targets, views, initial weights, run directories
 *     runner    where pipelines run: embedded Flink, a cluster, jobs, failures, progress
 * </pre>
 *
 * {@code inspect}, {@code datasets}, {@code gpu} and {@code metrics} stand beside them.
 *
 * <p>Decisions that hold for all of them:
 *
 * <ul>
 *   <li><b>Results go to standard output</b>, everything else to standard error.
 *   <li><b>A failure is one line.</b> The message of a {@link org.vocabeam.models.UserError}
 *       anywhere in the chain of causes is printed and nothing else. Any other exception is a bug
 *       of ours or of the machine: its stack trace goes to a file, so that nobody has to repeat
 *       hours of work to see it.
 *   <li><b>Commands are composed of objects.</b> A command that consists of others (demo, retrain,
 *       compare) calls the same objects as they do, and prints the command line that a person could
 *       type for each step.
 * </ul>
 */
package org.vocabeam.pipelines;
