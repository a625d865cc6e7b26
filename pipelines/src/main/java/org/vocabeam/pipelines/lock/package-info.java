/**
 * Locks on directories: one process at a time works on a registry, or on an output.
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li><b>No exclusive create is needed</b>, which Beam's file systems do not have: everyone
 *       writes a claim of their own name and then lists the claims; who sees no other has the lock,
 *       who does withdraws. Of two at the same time at most one sees itself alone, wherever a
 *       listing shows every write that came before it: local disks, and the object stores of today
 *       (S3 since 2020). Not on file systems that cache listings, as NFS may.
 *   <li><b>A dead process of this host is known</b> by its id and its start; its lock is taken over
 *       at once.
 *   <li><b>The owner of an output renews its claim</b> every 20 seconds. Nothing else tells from
 *       here whether a process of another host lives: a claim that is not renewed for 90 seconds,
 *       by the clock of the one who waits, is of a dead one. So a driver that is started again in
 *       another pod goes on by itself. A process that was merely stopped for so long loses its
 *       lock; files of a store appear whole, so the worst is work done twice.
 *   <li><b>The lock of a registry is not renewed</b>, because two retrainings may promote two
 *       models: that of another host is removed by hand.
 * </ul>
 */
package org.vocabeam.pipelines.lock;
