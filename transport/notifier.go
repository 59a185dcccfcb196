package transport

import (
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// notifyBacklog is how many notifications of one request may wait to be
// written; the library drops what does not fit.
const notifyBacklog = 64

// notifier hands notifications to send in order, from a goroutine that exists
// only once the first notification is about to come.
type notifier struct {
	send func(mcp.JSONRPCNotification)

	mu    sync.Mutex
	queue chan mcp.JSONRPCNotification
	stop  chan struct{}
	done  chan struct{}
	ended bool
}

// channel returns where notifications are put.
func (n *notifier) channel() chan<- mcp.JSONRPCNotification {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.queue == nil {
		n.queue = make(chan mcp.JSONRPCNotification, notifyBacklog)
		if !n.ended {
			n.stop, n.done = make(chan struct{}), make(chan struct{})
			go n.run(n.queue, n.stop, n.done)
		}
	}
	return n.queue
}

// end sends what waits and returns when nothing will be sent any more.
func (n *notifier) end() {
	if done := n.leave(); done != nil {
		<-done
	}
}

// leave is end without the wait: the channel it returns, which may be nil, is
// closed when nothing will be sent any more.
func (n *notifier) leave() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stop != nil && !n.ended {
		close(n.stop)
	}
	n.ended = true
	return n.done
}

func (n *notifier) run(queue <-chan mcp.JSONRPCNotification, stop <-chan struct{}, done chan<- struct{}) {
	defer close(done)
	for {
		select {
		case notification := <-queue:
			n.send(notification)
		case <-stop:
			for {
				select {
				case notification := <-queue:
					n.send(notification)
				default:
					return
				}
			}
		}
	}
}
