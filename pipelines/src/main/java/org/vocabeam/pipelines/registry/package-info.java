/**
 * Models of a data set that grows: its versions, the promoted one, the gate between them, and the
 * schedule of the next.
 *
 * <pre>{@code
 * RetrainRequest.of("runs/registry", ImageInput.of("photos"), RoundPlan.alone(4, 500)).run(runner);
 * }</pre>
 *
 * <p>A registry is a directory:
 *
 * <pre>
 * data/increment-000002/images   all images so far, a store ({@code ingest --grow})
 * versions/000002/               request.json, run, evaluation, encoder, and last version.json
 * current.json                   the promoted version
 * history/000003.json            events, one file each, never changed
 * lock/ID.json                   the process that works on it
 * schedule.json                  the newest time whose run has ended
 * </pre>
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li><b>A version is made where it stays.</b> Object stores cannot rename a directory, so a
 *       version is no finished directory moved into place: it exists as soon as its {@code
 *       version.json} does, which is written last. Until then the directory is unfinished work, and
 *       the next run goes on with it. {@code version.json} has no time and no host, so a run that
 *       was killed and started again ends with the same bytes; the history has them.
 *   <li><b>The pointer is one small file</b> that is replaced whole; a reader sees one version or
 *       the other.
 *   <li><b>Marker, pointer, history, in this order.</b> After a kill between two of them the next
 *       command that changes the registry writes the rest ({@link
 *       org.vocabeam.pipelines.registry.Registry#settle}).
 *   <li><b>The gate compares on the same images.</b> The promoted model is evaluated again on the
 *       data that grew. A condition is a difference in points, or with % an accuracy by itself;
 *       without a promoted model differences hold.
 *   <li><b>One process at a time changes it</b> ({@link
 *       org.vocabeam.pipelines.lock.DirectoryLock}), also on S3: no conditional write is needed,
 *       which Beam does not offer; a pointer or a version is one object, which appears whole. The
 *       lock of a dead process of another host is removed by hand.
 *   <li><b>SIGTERM cancels the round</b>: every stage goes on from what it completed, so the next
 *       run loses minutes, where waiting for the end of a round may take hours. The process ends
 *       with 143.
 *   <li><b>A time of the schedule has passed when its run has ended</b>, well or not. So after a
 *       kill or a pause of the machine one run follows at once, however many times have passed.
 * </ul>
 */
package org.vocabeam.pipelines.registry;
