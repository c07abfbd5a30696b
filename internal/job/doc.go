// Package job carries out durable jobs: rows of the catalog with items, worked
// on by any number of processes.
//
//	job   SUBMITTED -> IN_PROGRESS -> COMPLETED | COMPLETED_WITH_FAILURES | FAILED
//	      SUBMITTED, IN_PROGRESS -> CANCELLING -> CANCELLED
//	item  NOT_STARTED -> IN_PROGRESS -> FINISHED | FAILED
//
// [Submit] writes a job in its caller's transaction. A [Runner] takes items whose
// [Kind] it has been given, each under a [Lease], which it renews while the work
// goes on. A lease past its time is lost, and any runner may take the item again
// under a higher epoch. An item completes in one transaction, which first makes
// sure that the lease is still held and then writes the outcome's rows, the
// item's state, and, with the last item, the job's state and event. So an item
// may be worked on several times, by a worker that stalled and by another that
// took over, and takes effect once.
//
// Work before that transaction must be safe to do again: it writes below names
// made from [Lease.Name] or to places where writing twice is no harm.
package job
