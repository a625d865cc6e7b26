package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;

/**
 * A command of a module above this one, found by {@link java.util.ServiceLoader} where that module
 * is on the class path. So {@code bench} is there on a workstation and not in a cluster's lib.
 */
public interface AddedCommand extends Callable<Integer> {}
