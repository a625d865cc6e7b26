/**
 * Registration of the methods, apart from the methods and from what they share, so that neither
 * depends on all methods. The JSON form of recipes is here, because it names methods.
 */
package org.vocabeam.models.methods;
